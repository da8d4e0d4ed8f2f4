-- Who pays. The account's Ledger object decides; balance and seq here are the book, which follows it.
create table accounts (
  id text primary key,
  name text not null unique,
  unlimited integer not null default 0 check (unlimited in (0, 1)),
  -- JSON: {"default": "1", "models": {"<model id>": "21/20"}}, exact factors on the provider's price.
  markups text not null default '{"default":"1","models":{}}',
  -- Rises with every change of the settings above.
  version integer not null default 1,
  balance_nanos integer not null default 0 check (abs(balance_nanos) < 9000000000000000),
  -- The last line of the ledger that has been written here.
  seq integer not null default 0,
  created_at integer not null,
  -- JSON: what it lays down for all its requests; see RoutingSettings.
  routing text not null default '{}' check (json_type(routing) = 'object')
) strict;

-- Who may ask. Only the SHA-256 of a key is stored. A deleted key keeps its row, so that its history keeps a name.
create table keys (
  hash text primary key,
  account_id text not null references accounts (id),
  name text not null,
  label text not null,
  class text not null check (class in ('inference', 'management')),
  disabled integer not null default 0 check (disabled in (0, 1)),
  limit_nanos integer check (limit_nanos >= 0),
  limit_reset text check (limit_reset in ('daily', 'weekly', 'monthly')),
  include_byok_in_limit integer not null default 0 check (include_byok_in_limit in (0, 1)),
  requests_per_minute integer check (requests_per_minute >= 0),
  requests_per_day integer check (requests_per_day >= 0),
  concurrent_requests integer check (concurrent_requests >= 0),
  expires_at integer,
  -- Rises with every change; the object keeps the row with the larger one.
  version integer not null default 1,
  created_at integer not null,
  updated_at integer,
  deleted_at integer,
  -- JSON, as of accounts.
  routing text not null default '{}' check (json_type(routing) = 'object')
) strict, without rowid;

create index keys_by_account on keys (account_id, created_at);

-- What happened: a row per generation, without a word of its prompt or its answer. Its usage entry in the ledger is
-- part of the row, so that a request costs one written row. Ids sort by time: the primary key is the time index too.
create table generations (
  account_id text not null,
  id text not null,
  key_hash text not null,
  -- Its line in the ledger, and what that line charged; null where nothing was delivered and nothing is owed.
  seq integer not null,
  posted_nanos integer,
  -- What it cost the client in the end: posted_nanos and any later adjustment.
  cost_nanos integer not null,
  upstream_cost_nanos integer not null,
  created_at integer not null,
  status integer not null,
  model text not null,
  requested_model text not null,
  provider text,
  provider_name text,
  upstream_id text,
  upstream_model text,
  streamed integer not null,
  cancelled integer not null,
  finish_reason text,
  native_finish_reason text,
  error_type text,
  prompt_tokens integer not null,
  completion_tokens integer not null,
  cached_tokens integer not null,
  cache_write_tokens integer not null,
  reasoning_tokens integer not null,
  usage_estimated integer not null,
  first_token_ms integer,
  total_ms integer not null,
  -- JSON array: who was tried, with what result, how long it took.
  attempts text not null,
  user text,
  session_id text,
  metadata text,
  app_url text,
  app_title text,
  user_agent text,
  -- How it was routed: by which router, in which tier, from whose answer, by which preset.
  router text,
  service_tier text,
  cache_source_id text,
  preset text,
  -- JSON: what router metadata tells of it.
  routing text,
  primary key (account_id, id)
) strict, without rowid;

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

-- The lines of the ledger that are not usage: money in, money taken back, and late corrections of estimates.
create table ledger_entries (
  account_id text not null,
  seq integer not null,
  kind text not null check (kind in ('purchase', 'grant', 'correction', 'adjust')),
  -- Unique within an account: a credit's own reference, or adjust:<generation id>.
  reference text not null,
  amount_nanos integer not null,
  note text,
  created_at integer not null,
  primary key (account_id, seq)
) strict, without rowid;

-- What the operator decided about models: it counts for more than any list. Published to the isolates through KV.
create table catalogue_overrides (
  model text not null,
  kind text not null check (kind in ('hidden', 'price', 'model')),
  -- Of a price, whose; of the others empty.
  provider text not null,
  -- JSON: of a price the price, of a model the model.
  value text not null,
  updated_at integer not null,
  primary key (model, kind, provider)
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

-- Each refresh of the catalogue that changed something, newest last. The one with the largest number serves.
create table catalogue_versions (
  number integer primary key,
  -- The deployed snapshot that it lies over.
  base text not null,
  version text not null,
  -- JSON: keys in KV of the shards that differ from the snapshot.
  shards text not null,
  -- JSON: how many models, endpoints and prices came, went, changed and were refused.
  counts text not null,
  made_at integer not null
) strict;

-- What an endpoint cost from when on, as the lists told it.
create table catalogue_prices (
  provider text not null,
  -- The provider's own id of the model.
  upstream text not null,
  effective_from integer not null,
  model text not null,
  -- JSON, in dollars as decimal text; null where the endpoint went, or its price is not known any more.
  price text,
  source text not null,
  primary key (provider, upstream, effective_from)
) strict, without rowid;

-- Which tables these are: the number of the last migration that ran. The Worker asks it before it serves.
create table schema_version (
  one integer primary key check (one = 1),
  version integer not null
) strict;

insert into schema_version (one, version) values (1, 4);
