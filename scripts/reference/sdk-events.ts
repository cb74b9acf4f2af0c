import { quotedProperties } from "./declarations.ts";
import { EVENT_DATA, toldEvents } from "./events.ts";

const MADE =
  "// Made by `npm run docs` from what the server tells. Edit the source there, not this copy.";

/** The SDK's types of the events in our own words, so that they are never other than what is sent. */
export function sdkEvents(root: string): string {
  const typeOf = new Map(propertiesOf(root).map(({ property, type }) => [property, type]));
  const data = toldEvents.map(({ type, when, carries }) => {
    const held = carries.map((name) => `readonly ${name}: ${typeOf.get(name.replace("?", ""))};`);
    return `/** ${when} */\n${JSON.stringify(type)}: { ${held.join(" ")} };`;
  });
  const types = toldEvents.map(({ type }) => type).toSorted();
  return [
    MADE,
    `import type { ${heldTypes(root).join(", ")} } from "./event-snapshots.ts";`,
    `/** What \`data\` holds, by the event's type. */\nexport interface NativeEventData {${data.join("\n")}}`,
    `/** Every type of event, in order. */\nexport const nativeEventTypes: readonly (keyof NativeEventData)[] = ${JSON.stringify(types)};`,
  ].join("\n\n");
}

/** The types of what events hold. Only what an event holds itself is exported. */
export function sdkEventSnapshots(root: string): string {
  const held = new Set(heldTypes(root));
  const declared = propertiesOf(root).map(({ declarations }) =>
    declarations.replace(/^(?:interface|type) (\w+)/gm, (start, name: string) =>
      held.has(name) ? `export ${start}` : start,
    ),
  );
  return [MADE, ...declared].join("\n\n");
}

function propertiesOf(root: string) {
  return quotedProperties(root, EVENT_DATA);
}

/** The names of the types that the properties of events are of. */
function heldTypes(root: string): string[] {
  const names = propertiesOf(root).flatMap(
    ({ type }) => /\w+Snapshot|\w+Reference/.exec(type) ?? [],
  );
  return [...new Set(names)].toSorted((one, other) => one.localeCompare(other));
}
