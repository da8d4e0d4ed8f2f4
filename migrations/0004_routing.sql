-- What an account and a key lay down for all their requests, as JSON; see RoutingSettings.
alter table accounts add column routing text not null default '{}' check (json_type(routing) = 'object');
alter table keys add column routing text not null default '{}' check (json_type(routing) = 'object');

-- How each generation was routed.
alter table generations add column router text;
alter table generations add column service_tier text;
alter table generations add column cache_source_id text;
alter table generations add column preset text;
-- JSON: what router metadata tells of it.
alter table generations add column routing text;

-- A request's settings under a name. The version in force is the one with the largest number.
create table presets (
  account_id text not null references accounts (id),
  slug text not null,
  id text not null,
  name text not null,
  version integer not null,
  version_id text not null,
  -- JSON: the fields of a request that it stands for.
  config text not null,
  system_prompt text,
  created_at integer not null,
  updated_at integer not null,
  primary key (account_id, slug, version)
) strict, without rowid;

-- What the operator knows of what becomes of prompts. Beside the overrides, because releases before do not know the kind.
create table catalogue_policies (
  -- Empty: whatever the provider serves.
  model text not null,
  kind text not null check (kind = 'policy'),
  provider text not null,
  -- JSON: the policy, see DataPolicy.
  value text not null,
  updated_at integer not null,
  primary key (model, kind, provider)
) strict, without rowid;

update schema_version set version = 4;
