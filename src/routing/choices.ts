/**
 * What the contract leaves open about routing, or says in two ways, and what is done here.
 *
 * | Question                          | Choice                                                                          |
 * | --------------------------------- | ------------------------------------------------------------------------------- |
 * | A significant outage              | In the last 30 s two or more of the requests that count failed, and half or more |
 * | What counts as failed             | What may go better elsewhere: 401, 402, 403, 404, 5xx, a timeout, a broken or     |
 * |                                   | empty answer, an error inside it or as its end. Not 400, 413, 422, refusals of    |
 * |                                   | content, 403 for a region, what could not be translated, nor a client's leaving   |
 * | 429                               | Counted by itself; part of no uptime                                            |
 * | The window of the uptime class    | 30 minutes, and 100 requests or more; 94.5 % is degraded                         |
 * | A few requests, as people see it  | Under 10 in the window there is no uptime                                       |
 * | `status` of an endpoint           | 0 normal, -1 degraded, -2 down, -3 in an outage                                 |
 * | Unit of latency                   | Milliseconds in answers, seconds in preferences                                 |
 * | Latency of a whole answer         | None: when its first token came nobody knows                                    |
 * | Throughput of a short answer      | None under 10 tokens: it would be the latency again                             |
 * | Errors of percentiles             | 4.8 % at most, see `health/sketch.ts`                                           |
 * | A bad tool call                   | Its arguments are no JSON, or its name is none of the request's. They are not    |
 * |                                   | held against the schema: a validator would add 6 KiB to the Worker, gzipped       |
 * | A key that its provider refuses   | Whatever the status but 403, which may be about one model: the provider is left  |
 * |                                   | for last for 5 minutes by this isolate; of several keys, that one is set aside  |
 * | Price of an endpoint, as one number | Three times the prompt's and once the completion's, at this length of prompt and   |
 * |                                   | this hour; a fee per request is spread over 1,000 tokens                        |
 * | Who takes part in the draw        | All that are stable and host the model themselves; resellers come after them    |
 * | What costs nothing                | Is drawn evenly, before all that costs something                                |
 * | The tail after the draw           | By price; then degraded, then in an outage, then down                           |
 * | No figures, where they are sorted | Last, by price; a threshold counts as missed                                    |
 * | `max_price`, and which price      | What this prompt would pay at most by its length, at this hour                  |
 * | A price per image                 | No endpoint has one: `max_price.image` keeps all                                |
 * | Health and what orders            | With tools, or by exacto, as without: quality counts among those of one class.  |
 * |                                   | An order, or a sort by a figure, is kept to as it was asked for                  |
 * | Suffix and `provider.sort`        | The request's sort, then the suffix, then the tier's, then the key's and the    |
 * |                                   | account's; `service_tier` says who comes first, or alone, and that in what order |
 * | Two suffixes that sort            | 400                                                                             |
 * | Several names for one `order` item | By price                                                                       |
 * | `order` that matches nobody       | Without fallbacks 404; with them as if it were not there                        |
 * | `ignore` of a base slug           | Leaves its tiers to who asks for them; of a key or an account, its tiers as well |
 * | `allow_fallbacks: false`          | One endpoint for each of `models`, which are still tried; with an order, as if it |
 * |                                   | were `only` as well. A key's or an account's holds whatever a request orders    |
 * | A tier in the lists of a key       | Its `order` asks for it, where the request has none; its `only` permits it and  |
 * |                                   | asks for nothing                                                                |
 * | A tier and lists of base slugs    | `only`, or an `order` without fallbacks, leaves tiers out that it does not name |
 * | `service_tier` auto and scale     | As if not sent                                                                  |
 * | Given up, or told to wait         | Last in every order; where more than half are given up, none is                 |
 * | Conversations and `sort`          | A sort, an order or a threshold counts before where it was served, whoever's    |
 * | A cap no one can write            | Those that write half as much as the most, or more, are asked for what they can |
 * | An empty list                     | `order`: as if not sent. `only`, `quantizations`: permits nobody, and is a 404   |
 * | `enforce_distillable_text`        | Keeps models whose weights anyone may have                                      |
 * | Attempts and fallback models      | Each later model keeps one of the three                                         |
 * | A parameter an endpoint lacks     | Is not sent, and told as dropped; caps and reasoning have rules of their own    |
 * | What nobody has published         | A provider that says nothing of prompts trains on them and keeps them           |
 * | A tier that was not reported      | Is billed as the one that was asked for, and so is the hold                     |
 * | Price of a tier                   | Its factor on each price, rounded up to the pico-dollar, or prices of its own   |
 * | What a threshold of length means  | Prompts beyond it pay the tier; at xAI those as long as it do already           |
 */

/** Of the last 30 s: both make an outage significant. */
export const outageFailuresMin = 2
export const outageShareMin = 0.5

/** Of the last 30 minutes, from which on the class of an uptime is told; the contract's. */
export const classRequestsMin = 100
export const normalUptimeMin = 0.95
export const degradedUptimeMin = 0.8

/** From which on people are shown an uptime. */
export const uptimeRequestsMin = 10

/** Of a shorter answer the speed is that of its first token. */
export const speedTokensMin = 10
