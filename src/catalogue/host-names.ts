/** The hosts whose models models.dev lists, by our slugs, with its names where those are others. */
const listed = [
  'openai anthropic google-ai-studio=google google-vertex=google-vertex,google-vertex-anthropic',
  'amazon-bedrock azure deepseek groq together=togetherai fireworks=fireworks-ai deepinfra xai',
  'mistral cohere cerebras perplexity moonshotai moonshotai-cn z-ai=zai zhipuai minimax minimax-cn',
  'alibaba alibaba-cn novita=novita-ai nebius ovhcloud nvidia workers-ai=cloudflare-workers-ai',
  'baseten wandb gmicloud synthetic siliconflow siliconflow-cn stepfun=stepfun-ai xiaomi meta',
  'sakana abliteration=abliteration-ai aiand venice wafer=wafer.ai arcee-ai=arcee modal chutes',
  'friendli scaleway upstage inception digitalocean inceptron inference-net=inference io-net',
  'ambient clarifai crusoe morph vultr stackit nearai tinfoil berget evroc hpc-ai regolo=regolo-ai',
  'neuralwatt longcat mixlayer meganova submodel tensorx scx=scx-ai greenpt thinkingmachines',
  'openrouter',
]

/** What models.dev calls a host of ours; most have one name, Vertex has two. */
export const modelsDevNames: ReadonlyMap<string, readonly string[]> = new Map(
  listed.flatMap((line) =>
    line.split(' ').map((entry): [string, string[]] => {
      const [slug = '', names = slug] = entry.split('=')
      return [slug, names.split(',')]
    }),
  ),
)

/** Where a prompt as long as the threshold of a tier already costs what a longer one does. */
const reachesTiers = new Set(['xai'])

/** The longest prompt that a tier with this threshold leaves as it is. */
export function belowTier(slug: string, threshold: number): number {
  return reachesTiers.has(slug) ? threshold - 1 : threshold
}
