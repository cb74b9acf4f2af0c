/** A test run that only starts its server, says where it is, and waits to be killed. */
import { startThrowAwayServer } from "./throw-away-server.ts";

const { ownerUrl, dataDir } = await startThrowAwayServer();
console.log(JSON.stringify({ ownerUrl, dataDir }));
