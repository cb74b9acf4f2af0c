export {
  type ChainedTransfer,
  type ChainHead,
  chained,
  emptyChain,
} from "./chain.ts";
export { type Account, type Transfer, transfersOf } from "./transfer.ts";
