import type { Call } from './call.ts';
import { checkSession, type JsonObject } from './client-event.ts';
import { HttpRefusal } from './http-refusal.ts';
import { SipCall } from './sip/sip-call.ts';

/** An action on a call, by its name in the path. */
export type CallAction = 'accept' | 'reject' | 'refer' | 'hangup';

const MIN_SIP_STATUS = 300;
const MAX_SIP_STATUS = 699;

/** Does to a call what was asked over HTTP; throws `HttpRefusal` or `Refusal` for what can't be done. */
export function controlCall(call: Call | undefined, callId: string, action: CallAction, body: JsonObject): void {
  if (call === undefined) throw new HttpRefusal(404, `No call with id '${callId}'.`, { code: 'call_id_not_found' });
  if (action === 'hangup') return call.hangUp();
  if (!(call instanceof SipCall)) {
    throw new HttpRefusal(409, `A WebRTC call is answered by its offer: it can't ${action}.`, {
      code: 'invalid_call_state',
    });
  }
  if (action === 'accept') return call.accept(checkSession(body));
  return action === 'reject' ? call.reject(sipStatusOf(body)) : call.refer(targetOf(body));
}

function sipStatusOf({ status_code }: JsonObject): number | undefined {
  if (status_code === undefined) return undefined;
  const isStatus = typeof status_code === 'number' && Number.isInteger(status_code);
  if (isStatus && status_code >= MIN_SIP_STATUS && status_code <= MAX_SIP_STATUS) return status_code;
  throw new HttpRefusal(
    400,
    `status_code must be ${MIN_SIP_STATUS} to ${MAX_SIP_STATUS}, got ${JSON.stringify(status_code)}.`,
    { code: 'invalid_value', param: 'status_code' },
  );
}

function targetOf({ target_uri }: JsonObject): string {
  if (typeof target_uri === 'string' && /^(tel|sips?):./i.test(target_uri)) return target_uri;
  throw new HttpRefusal(400, `target_uri must be a tel: or sip: URI, got ${JSON.stringify(target_uri)}.`, {
    code: 'invalid_value',
    param: 'target_uri',
  });
}
