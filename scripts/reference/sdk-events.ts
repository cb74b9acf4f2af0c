import { quotedProperties } from "./declarations.ts";
import { EVENT_DATA, toldEvents } from "./events.ts";

/** The SDK's types of the events in our own words, so that they are never other than what is sent. */
export function sdkEvents(root: string): string {
  const properties = EVENT_DATA.flatMap((declared) => quotedProperties(root, declared));
  const typeOf = new Map(properties.map(({ property, type }) => [property, type]));
  const data = toldEvents.map(({ type, when, carries }) => {
    const held = carries.map((name) => `readonly ${name}: ${typeOf.get(name.replace("?", ""))};`);
    return `/** ${when} */\n${JSON.stringify(type)}: { ${held.join(" ")} };`;
  });
  return [
    "// Made by `npm run docs` from what the server tells. Edit the source there, not this copy.",
    ...properties.map(({ declarations }) => declarations),
    `/** What \`data\` holds, by the event's type. */\nexport interface NativeEventData {${data.join("\n")}}`,
  ].join("\n\n");
}
