/** Whose seals stand in this format as they are; see `seals.ts`. */
export const ownMaker = 'anthropic-claude-v1'
