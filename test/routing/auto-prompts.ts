/**
 * What people ask, and how able a model must be for it. The label follows one rule, and was set before the classifier
 * was written:
 * 1  a glance tells whether the answer is right: small talk, a fact, a label, a field of a text, a sentence put right;
 * 2  everyday work done in one go: a function, a query, a letter, a story, an explanation, a sum in words, a summary;
 * 3  many steps of which each must be right, or what an expert would be paid for: proofs, races and deadlocks, designs
 *    under constraints, migrations, legal and medical judgement, plans that an agent carries out.
 */
export interface LabelledPrompt {
  tier: 1 | 2 | 3
  text: string
  /** The request brings tools. */
  tools?: true
}

const simple = [
  'hi there!',
  'What is the capital of Mongolia?',
  'Translate to French: The train leaves at six in the evening.',
  'Fix the grammar: he dont like when people is late',
  'Is the following review positive or negative? "Arrived broken and nobody answered my mails."',
  'Thanks, that was helpful. Have a good weekend!',
  'How many ounces are in a pound?',
  'Extract the order number and the date from this mail: "Hello, my order 88213 of 3 May has not come yet. Regards, Ines"',
  'Who wrote The Master and Margarita?',
  'Give me a synonym for "tired".',
  'Classify this ticket as billing, bug or feature request: The invoice shows the wrong VAT number.',
  'Wie sagt man "Guten Appetit" auf Englisch?',
  'What does the acronym NASA stand for?',
  'Rewrite this sentence in the passive voice: The committee approved the plan.',
  'Convert 72 degrees Fahrenheit to Celsius.',
  'Pick a name for my grey cat.',
  'What year did the Berlin Wall fall?',
  'Put these words in alphabetical order: pear, apple, fig, banana, cherry',
  'Which language is this: "Hvordan har du det i dag?"',
  'Return JSON with the keys name and city for: Maria Rossi lives in Turin and works as a nurse.',
  'Make this politer: Send me the file now.',
  'Does this message contain personal data? Answer yes or no. "Call me at 555-0134 after five."',
  'What is 15% of 240?',
  'Spell check: accomodation, recieve, seperate',
  'How do I say "where is the station" in Japanese?',
  'List the planets of the solar system.',
  'Give a one-sentence summary: The council met on Monday and agreed to repave Mill Street in April, at a cost of two million.',
  'What is the chemical symbol for potassium?',
  'Good morning, are you there?',
  'Turn this into title case: the old man and the sea',
  'Quel est le pluriel de "cheval" ?',
  'Shorten this to fewer than ten words: We would like to inform all of our customers that the shop is going to be closed on Friday.',
  'What time zone is Lisbon in?',
  'Tag the sentiment of each line: 1. love it 2. meh 3. never again',
  'Is 97 a prime number?',
  'What is the past tense of "to seek"?',
  'Remove the duplicates from this list: red, blue, red, green, blue',
  'Tell me a joke about penguins.',
  'Translate "¿Dónde está mi maleta?" into English.',
  'What is the phone number in this text: You can reach our desk at +44 20 7946 0018 on weekdays.',
  'How tall is Mount Kilimanjaro?',
  'Does "irregardless" count as a word?',
  'Which category fits best - sports, politics or science: "New telescope spots water on distant world"',
  'Who is the president of the European Central Bank?',
]

const everyday = [
  'Write a Python function that returns the n most common words of a text file.',
  'Write a friendly email to my landlord asking him to repair the heating before winter.',
  'Explain how vaccines train the immune system, for a twelve year old.',
  'A train travels 180 km at 60 km/h and comes back at 90 km/h. What is its average speed for the whole trip?',
  'Write a SQL query that lists the ten customers with the highest total order value last month.',
  'Write a short story about a lighthouse keeper who receives a letter meant for someone else.',
  'What is the difference between TCP and UDP, and when would I use each?',
  'Here is my function: const add = (a, b) => { a + b }. It always returns undefined. Why?',
  'Plan a three-day trip to Lisbon for a family with two small children.',
  'Write a regex that matches ISO dates such as 2024-02-29 and explain each part.',
  'Summarise the plot of Hamlet in about two hundred words.',
  'Compose a product description for a hand-made walnut cutting board, about 120 words.',
  'Create a React component with a search field that filters a list of names.',
  'Explain the causes of the First World War in a few paragraphs.',
  'Suggest a weekly meal plan for a vegetarian who wants to eat more protein.',
  'I get "TypeError: cannot read properties of undefined (reading \'map\')" in my list component. What should I check?',
  'Write a cover letter for a junior accountant who has just finished an apprenticeship.',
  'Schreibe eine kurze Rede zum sechzigsten Geburtstag meiner Mutter, herzlich und ein wenig witzig.',
  'Write unit tests for a function slugify(text) that lower-cases and replaces spaces by dashes.',
  'Compare renting and buying a flat: what speaks for each?',
  'Explain what a closure is in JavaScript, with an example.',
  'Solve for x: 3x^2 - 12x + 9 = 0, and show the steps.',
  'Give me ten ideas for a marketing campaign of a small bicycle shop.',
  'Write a bash script that renames all .jpeg files of a folder to .jpg.',
  'Make a lesson plan for one hour about photosynthesis for class seven.',
  'Here is a customer complaint about a late parcel: "Two weeks and still nothing!" Draft a reply that apologises and offers a voucher.',
  'How does a heat pump work and why is it more efficient than electric heating?',
  'Write a poem of four stanzas about autumn in the city, with rhymes.',
  'Convert this Python loop to a list comprehension and explain it: result = []\nfor x in items:\n    if x > 3:\n        result.append(x * 2)',
  'What are the pros and cons of remote work for a company of thirty people?',
  'Write a Dockerfile for a Node app that listens on port 3000.',
  'Explique-moi la différence entre le passé composé et l’imparfait avec des exemples.',
  'Write a LinkedIn post announcing that our bakery opens a second shop.',
  'My CSS grid overflows on small screens. How can I make the columns wrap?',
  'If a bag has 5 red and 3 blue marbles, what is the probability of drawing two red ones without replacement?',
  'Write a Go function that reads a CSV file and returns the sum of the column "amount".',
  'Outline a blog post about the history of coffee, with headings and a sentence on each.',
  'Explain compound interest and calculate what 1,000 euros become in ten years at 4 percent.',
  'Write a dialogue between a detective and a baker who has something to hide.',
  'Describe the steps to bake sourdough bread at home for a beginner.',
  'Escribe un correo a mi profesor para pedirle una semana más para entregar el trabajo.',
  'How do I centre a div vertically and horizontally with flexbox? Show the code.',
  'Explain recursion with a small example in Ruby.',
  'Summarise the main arguments for and against nuclear power for a school debate.',
]

const hard = [
  'Prove that there are infinitely many primes congruent to 3 modulo 4.',
  'Our order service sometimes deadlocks under load: two transactions lock rows of orders and inventory in different orders. Work out how it happens, propose a lock protocol and show why it is free of deadlocks.',
  'Design a rate limiter that works across twelve regions with at most 1 % error, survives the loss of a region, and adds less than 2 ms. Discuss the trade-offs of at least three architectures.',
  'Review this clause for the buyer\'s risks under German law: "The seller\'s liability for indirect damages is excluded, save for intent." Which parts would a court strike out, and how should it be redrafted?',
  'Implement a lock-free multi-producer queue in C++ with hazard pointers and argue its memory ordering for every atomic operation.',
  'A 58 year old on warfarin comes with atrial fibrillation, rising creatinine and a new prescription for amiodarone. Discuss the interactions, how you would adjust the doses and what to monitor.',
  'Find all functions f from the reals to the reals with f(x + f(y)) = f(x) + y for all x and y. Prove that there are no others.',
  'We must migrate 4 TB from Oracle to PostgreSQL with less than ten minutes of downtime. Plan the phases, the verification of data, the roll-back and the risks of each.',
  'Derive the Black-Scholes equation from a hedged portfolio, stating every assumption, and say which of them fail in practice.',
  'Write a type checker for a small functional language with let-polymorphism, in Haskell, including unification with occurs check and useful error messages.',
  'Analyse why our Kubernetes pods are killed at random every few hours although memory graphs look flat. Consider page cache, cgroup v2 accounting, native memory and side-cars, and give an order of experiments that tells the causes apart.',
  'Write a literature-style report on whether minimum wages reduce employment: compare the methods of the main studies, their identification strategies and why they disagree.',
  'Given a directed graph with negative edges and no negative cycles, design an algorithm for all-pairs shortest paths that beats Floyd-Warshall on sparse graphs, and prove its correctness and complexity.',
  'Refactor our billing module into an event-sourced design. It must stay backward compatible with three consumers, be idempotent, and allow replay. Lay out aggregates, events, projections and the steps of the migration.',
  'Evaluate the tax consequences for a US citizen who lives in Portugal, holds shares of a Delaware company with vesting options, and plans to move to Germany next year.',
  'Look through the repository, find why the nightly build fails, fix it, run the tests and open a pull request with an explanation.',
  'Prove or disprove: every continuous bijection from a compact space to a Hausdorff space is a homeomorphism.',
  'Our web socket gateway leaks memory only when clients reconnect in bursts. Here are heap snapshots before and after; reason about which retained paths are suspicious and how to confirm each hypothesis.',
  'Develop a pricing strategy for entering the Indian market with a B2B analytics product: segment the market, model three scenarios with numbers over five years, and state what would change your mind.',
  'Write a compiler pass that turns a control flow graph into SSA form, placing phi nodes by dominance frontiers, and prove that the result is minimal.',
  'Design the schema and sharding of a multi-tenant ledger that has to be double-entry, auditable, and consistent across shards without two-phase commit. Which invariants do you keep, and where?',
  'Show that the sum of the reciprocals of the squares equals pi squared over six in two different ways.',
  'Audit this Solidity contract for reentrancy, front-running and overflow, rank what you find by severity, and write the exploit and the fix for each.',
  'A patient has fever, a new murmur, splinter haemorrhages and negative cultures after antibiotics. Build a differential diagnosis, and say which tests change the management and in what order.',
  'Plan and carry out: compare the five cheapest suppliers from our database, mail each for a quote, wait for the answers, and prepare a recommendation for the board.',
  'Explain rigorously why the halting problem is undecidable, then adapt the argument to show that it is undecidable whether two programs compute the same function.',
  'Our A/B test shows a lift of 2 % with p = 0.04 after peeking daily for three weeks. Work out how much peeking inflates the false positive rate and design a sequential test that would be valid.',
  'Optimise this CUDA matrix multiplication: consider shared memory tiling, bank conflicts, register pressure and occupancy, and estimate the achievable fraction of peak.',
  'Draft a data processing agreement under the GDPR between a hospital and a cloud analytics firm, covering sub-processors, international transfers after Schrems II, and audit rights.',
  'Beweise, dass die Wurzel aus zwei irrational ist, und verallgemeinere den Beweis auf alle Primzahlen.',
  'Design a consensus protocol for intermittently connected ships: state the failure model, the safety and liveness properties, and give a proof sketch.',
  'Reproduce and fix a race condition in our Rust async cache where a stale value can overwrite a fresh one after a timeout. Give a minimal test that fails deterministically before the fix.',
  'Build a discounted cash flow model for a wind farm of 80 MW: list the assumptions, derive the weighted cost of capital, run a sensitivity analysis, and critique the result.',
  'Work out a treatment of confounding for this observational study: exposure changes over time and is affected by earlier outcomes. Compare marginal structural models with g-estimation.',
  'Reverse engineer this binary protocol from the three captures below and write a parser with checks for malformed frames.',
  'Design an experiment to decide whether a new superconductor claim is real, including controls, sources of systematic error and the statistics you would demand.',
  'Write a formal specification in TLA+ of a distributed lock with leases and check which invariants break when clocks drift.',
  'Find the bug in this proof of the four colour theorem and explain precisely which step of the Kempe chain argument fails.',
  'Upgrade our monorepo from Angular 12 to 18: analyse the breaking changes across forty packages, propose the order of steps, automate what can be automated and keep the main branch releasable.',
  'Advise a founder who was offered two term sheets: 2x participating preferred with full ratchet, or a lower valuation with 1x non-participating. Model the outcomes at exits of 20, 60 and 200 million.',
  'Démontre que tout groupe d’ordre p² est abélien, puis classe ces groupes à isomorphisme près.',
  'Create a threat model for our OAuth login with refresh tokens in a mobile app and a browser, with attack trees, mitigations and what remains.',
  'Given these 14 interview transcripts, build a grounded theory: code them, relate the categories, look for negative cases and justify the core category.',
  'Schedule 40 nurses over four weeks with labour law, preferences and skill mix: formulate it as an integer program, discuss the symmetry and propose a decomposition.',
]

/** The hard ones that only an agent can do. */
const needTools = /repository|mail each/

function labelled(tier: 1 | 2 | 3, texts: readonly string[]): LabelledPrompt[] {
  return texts.map((text) => ({ tier, text, ...(needTools.test(text) && { tools: true as const }) }))
}

export const autoPrompts: readonly LabelledPrompt[] = [
  ...labelled(1, simple),
  ...labelled(2, everyday),
  ...labelled(3, hard),
]

/** The classifier was written against the one half; the other was looked at when it was done. */
export const tunedOn = autoPrompts.filter((_, index) => index % 2 === 0)
export const heldOut = autoPrompts.filter((_, index) => index % 2 === 1)
