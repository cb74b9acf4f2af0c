/** What needs Node: `import { fileStore } from "@farthing/sdk/node"`. */
export { fileStore } from "./file-store.ts";
