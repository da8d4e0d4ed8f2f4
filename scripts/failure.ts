/** What a person can do something about: shown as it is, without a stack. */
export class Failure extends Error {}

/** A command written wrongly: shown with the way to its help. */
export class WrongUsage extends Failure {}
