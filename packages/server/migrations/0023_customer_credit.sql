-- What an invoice took of its customer's credit; below zero it is what it put there. What is due is the
-- total less this, and never below zero.
alter table farthing.invoice
  add column credit_applied_minor numeric(38) not null default 0;

-- What a customer has to its credit is the sum of these.
create index ledger_transfer_of_credit on farthing.ledger_transfer (customer_id, currency)
  where debit_account = 'customer_credit' or credit_account = 'customer_credit';
