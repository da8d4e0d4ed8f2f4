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

update schema_version set version = 3;
