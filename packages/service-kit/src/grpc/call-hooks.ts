import type { CallContext } from '../access/context.js';
import type { MethodContract } from '../contracts/contracts.js';

/** Sees a decoded request, or an answer as it will leave; refuses the call by throwing. */
export type CallHook = (context: CallContext, method: MethodContract, message: object) => Promise<void>;

/**
 * What other parts of the kit do with every call of a service's controllers.
 * Injectable everywhere; add in a constructor.
 */
export class CallHooks {
  private readonly before: CallHook[] = [];
  private readonly after: CallHook[] = [];

  /** Runs once a call is let in, before its handler. */
  beforeHandler(hook: CallHook): void {
    this.before.push(hook);
  }

  /** Runs on what the caller will see, before he does. */
  beforeAnswer(hook: CallHook): void {
    this.after.push(hook);
  }

  async handlerBegins(context: CallContext, method: MethodContract, request: object): Promise<void> {
    for (const hook of this.before) await hook(context, method, request);
  }

  async answerLeaves(context: CallContext, method: MethodContract, answer: object): Promise<void> {
    for (const hook of this.after) await hook(context, method, answer);
  }
}
