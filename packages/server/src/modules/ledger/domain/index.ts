export {
  type ChainedTransfer,
  type ChainHead,
  chained,
  emptyChain,
  type Sha256,
} from "./chain.ts";
export { type Account, type Transfer, transfersOf } from "./transfer.ts";
