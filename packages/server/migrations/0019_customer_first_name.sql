-- The beginning of the name that is the first name, for customers whose first and last name were given apart.
alter table farthing.customer add column first_name text;
