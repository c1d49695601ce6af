import type { Brain } from './brain.ts';
import { defaultBrain } from './default-brain.ts';
import { type Scenario, ScenarioScript } from './scenario.ts';

/** Follows a scenario and else does as `defaultBrain`. An out-of-band response is matched by text only. */
export function scenarioBrain(scenario: Scenario): Brain {
  const script = new ScenarioScript(scenario);
  return {
    respond: async (request) => {
      const { userTurns, responseIndex, lastUserText } = request;
      if (request.isIdle) return scenario.idle ?? defaultBrain.respond(request);
      const reply = request.isOutOfBand
        ? script.replyTurn(lastUserText ?? '')?.replies[responseIndex]
        : script.reply(userTurns, responseIndex);
      return reply ?? defaultBrain.respond(request);
    },
  };
}
