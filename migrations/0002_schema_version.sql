-- Which tables these are: the number of the last migration that ran. The Worker asks it before it serves.
create table schema_version (
  one integer primary key check (one = 1),
  version integer not null
) strict;

insert into schema_version (one, version) values (1, 2);
