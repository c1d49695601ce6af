import { logger } from '../logger.ts';
import type { SessionConfig } from '../protocol/session-config.ts';
import type { RealtimeSessionOptions } from '../session-options.ts';

type TracingOptions = Pick<
  Partial<RealtimeSessionOptions>,
  'tracingDisabled' | 'workflowName' | 'groupId' | 'traceMetadata' | 'config'
>;

/** What the service is told about tracing. */
export function tracingOf(options: TracingOptions): SessionConfig['tracing'] {
  const { tracingDisabled, workflowName, groupId, traceMetadata, config } = options;
  if (tracingDisabled === true) return null;
  if (workflowName === undefined) {
    if (groupId !== undefined || traceMetadata !== undefined) {
      logger.warn(
        'groupId and traceMetadata have no effect without workflowName; set workflowName to trace the session',
      );
    }
    return config?.tracing === undefined ? 'auto' : config.tracing;
  }
  return {
    workflow_name: workflowName,
    ...(groupId === undefined ? {} : { group_id: groupId }),
    ...(traceMetadata === undefined ? {} : { metadata: traceMetadata }),
  };
}
