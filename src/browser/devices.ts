import { AudioError } from '../errors.ts';

/** What the browser does to the voice before we get it. */
export interface MicrophoneConstraints {
  /** Takes the agent's voice out of what the microphone hears. Default true; without it, the agent interrupts itself. */
  readonly echoCancellation?: boolean;
  /** Default true. */
  readonly noiseSuppression?: boolean;
  /** Default true. */
  readonly autoGainControl?: boolean;
}

/** A microphone that the user can pick. */
export interface MicrophoneDevice {
  readonly deviceId: string;
  /** Empty until the user has once allowed the page a microphone. */
  readonly label: string;
}

/** The microphones of this machine; `navigator.mediaDevices` has the event `devicechange`. */
export async function listMicrophones(): Promise<MicrophoneDevice[]> {
  const devices = await mediaDevices().enumerateDevices();
  return devices.filter(({ kind }) => kind === 'audioinput').map(({ deviceId, label }) => ({ deviceId, label }));
}

/** Opens a microphone, or the default one. Rejects as `Microphone.open` does. */
export async function openDevice(
  deviceId: string | undefined,
  { echoCancellation = true, noiseSuppression = true, autoGainControl = true }: MicrophoneConstraints,
): Promise<MediaStream> {
  const audio: MediaTrackConstraints = {
    echoCancellation,
    noiseSuppression,
    autoGainControl,
    channelCount: 1,
    ...(deviceId !== undefined && { deviceId: { exact: deviceId } }),
  };
  try {
    return await mediaDevices().getUserMedia({ audio });
  } catch (cause) {
    if (cause instanceof AudioError) throw cause;
    throw deviceError(deviceId, cause);
  }
}

function mediaDevices(): MediaDevices {
  // Undefined in a page that is not served securely, whatever the types say.
  const devices: MediaDevices | undefined = navigator.mediaDevices;
  if (devices !== undefined) return devices;
  throw new AudioError('this page may not use a microphone; serve it over https or from localhost', {
    code: 'ERR_AUDIO_UNSUPPORTED',
  });
}

function deviceError(deviceId: string | undefined, cause: unknown): AudioError {
  const name = cause instanceof Error ? cause.name : '';
  if (name === 'NotAllowedError' || name === 'SecurityError') {
    return new AudioError('the microphone was not allowed; ask the user to allow it in the browser and try again', {
      code: 'ERR_MICROPHONE_DENIED',
      cause,
    });
  }
  if (name === 'NotFoundError' || name === 'OverconstrainedError') {
    const which = deviceId === undefined ? 'no microphone is connected' : `there is no microphone ${deviceId}`;
    return new AudioError(`${which}; let the user pick one of listMicrophones()`, {
      code: 'ERR_MICROPHONE_MISSING',
      cause,
    });
  }
  const words = cause instanceof Error ? cause.message : String(cause);
  return new AudioError(`the microphone could not be opened: ${words}; another program may hold it`, {
    code: 'ERR_MICROPHONE_FAILED',
    cause,
  });
}
