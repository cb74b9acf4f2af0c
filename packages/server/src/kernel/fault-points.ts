/**
 * The places at which a process is killed on purpose, by the crash suite, to show that what was begun
 * there is ended once. Each name stands at one place in the code; each text says what is done by then
 * and what is not.
 */
export const faultPoints = {
  "start.schema_ready": "The schema is up to date; the project and its tokens may be missing.",
  "start.project_ready": "The project and its tokens are there; no job runs.",
  "start.jobs_running": "Jobs run; the port is not open.",

  "answer.key_locked": "A request holds its Idempotency-Key; nothing is done.",
  "answer.work_done": "A request is done, its answer not stored, nothing committed.",
  "answer.stored": "A request is done, its answer stored, nothing committed.",
  "answer.committed": "A request and its answer are committed, the caller not answered.",

  "usage.planned": "Events are read and judged, none is written.",
  "usage.committed": "A group of events is committed with its counters, nobody is answered.",
  "usage.late_written": "Events of a period that is billed are written, not committed.",
  "usage.late_committed": "Events of a period that is billed are committed, nobody is answered.",
  "usage.outcomes_known": "It is known what became of each event of a group; nobody is answered.",

  "subscribe.written": "A subscription is written, not begun, not committed.",
  "subscribe.begun": "A subscription has begun or waits for its payer; not committed.",
  "checkout.page_opened": "The rail has opened a page for a payer, which is not remembered here.",
  "checkout.page_kept": "The page is remembered, the payer not sent there.",
  "checkout.completed": "What a payer did is taken over, not committed.",
  "checkout.committed": "What a payer did is taken over and committed, the payer not answered.",
  "card.customer_made": "The rail has made its customer, which is not remembered here.",
  "card.attached": "The rail has saved a card, which is not remembered here.",

  "close.facts_loaded": "Due subscriptions are held and planned, nothing is written.",
  "close.periods_claimed": "The periods are claimed, nothing else of their close is written.",
  "close.usage_billed": "The usage is marked as billed; no invoice is there.",
  "close.booked": "What is owed is in the books; its collection is not planned.",
  "close.invoiced": "The invoices have their numbers; nobody is told.",
  "close.written": "A close is written whole, not committed.",
  "close.committed": "A close is committed; its payments are not collected.",

  "clock.moved": "A test clock stands at an instant that has something due, which is not done.",
  "clock.closed": "The periods that ended at an instant are closed, their payments not collected.",
  "clock.arrived": "A test clock has arrived, the caller is not answered.",

  "payment.begun": "An attempt is stored and leased; the rail has not heard of it.",
  "payment.opened": "The rail has made its payment, whose reference is not kept here.",
  "payment.reference_kept": "The reference is kept; nothing is confirmed.",
  "payment.charged": "The rail has said how the charge ended; nothing of it is written.",
  "payment.looked_up": "The rail has said what became of a broken-off attempt; nothing is written.",
  "payment.settled": "Payment and subscription are written, the books not, nothing committed.",
  "payment.booked": "A payment is in the books; nobody is told; not committed.",
  "payment.committed": "A settled payment is committed.",

  "change.awaited":
    "A change that is paid first is committed with its invoice; the rail is not asked.",
  "change.collected": "What came of paying for a change is committed, the caller not answered.",
  "change.granted": "A change that was paid first is made with its payment; not committed.",
  "change.refused": "A change that is not paid is taken back, its invoice void; not committed.",

  "payer.sent": "The rail has made a page of the payer's bank; nobody is sent there.",
  "payer.returned": "The rail has said that a payer satisfied the bank; nothing of it is written.",

  "credit_note.written": "A note and the refunds that it asks for are written, not committed.",
  "one_off.issued": "An invoice of no subscription is issued; nobody is told; not committed.",

  "refund.claimed": "A refund is taken up; the rail has not been asked for it.",
  "refund.made": "The rail has given money back; nothing of it is written.",
  "refund.written": "A refund and its transfer are written, not committed.",
  "refund.committed": "What the rail said to a refund that was asked for is committed.",
  "dispute.written": "A dispute and its transfer are written, not committed.",

  "notice.stored": "A notice of the rail is written, not committed.",
  "notice.committed": "A notice is committed, the rail not answered.",
  "notice.claimed": "A notice is taken up; its object is not asked for.",
  "notice.handled": "What a notice led to is committed; the notice still counts as open.",
  "notice.closed": "A notice is done with.",

  "relay.logged": "Events have their numbers and left the outbox; no consumer saw them.",
  "relay.consumed": "Every consumer saw the events; not committed.",
  "relay.committed": "A batch of events is in the log.",

  "webhook.claimed": "Messages are leased; none is sent.",
  "webhook.sent": "A receiver has answered; its answer is not written.",
  "webhook.recorded": "The answers of receivers are written, not committed.",
  "webhook.committed": "The answers of receivers are committed.",

  "job.begun": "A scheduled job was taken from the queue; nothing of it is done.",
  "job.ended": "A scheduled job is done; the queue still has it as running.",
} as const satisfies Record<string, string>;

export type FaultPoint = keyof typeof faultPoints;
