import { listMicrophones } from '../../browser/index.ts';

/** Offers the devices of this machine; their names are known only once the page was allowed a microphone. */
export async function offerDevices(microphone: HTMLSelectElement, speaker: HTMLSelectElement): Promise<void> {
  const outputs = (await navigator.mediaDevices.enumerateDevices()).filter(({ kind }) => kind === 'audiooutput');
  offer(microphone, 'Default microphone', await listMicrophones());
  offer(speaker, 'Default speaker', outputs);
}

function offer(
  select: HTMLSelectElement,
  first: string,
  devices: readonly { readonly deviceId: string; readonly label: string }[],
): void {
  const chosen = select.value;
  const named = devices.filter(({ deviceId, label }) => label !== '' && deviceId !== 'default' && deviceId !== '');
  select.replaceChildren(new Option(first, ''), ...named.map(({ deviceId, label }) => new Option(label, deviceId)));
  if (named.some(({ deviceId }) => deviceId === chosen)) select.value = chosen;
}

/** Plays on another device. Browsers that can't choose one have no `setSinkId`. */
export async function useSpeaker(context: AudioContext, deviceId: string): Promise<void> {
  const { setSinkId } = context as { setSinkId?: (deviceId: string) => Promise<void> };
  if (setSinkId === undefined) throw new Error('this browser always plays on the default speaker');
  await setSinkId.call(context, deviceId);
}

const PERMISSIONS: Readonly<Record<PermissionState, string>> = {
  granted: 'allowed',
  prompt: 'to be asked for',
  denied: 'refused: allow it in the settings of the page',
};

/** Shows whether the page may use a microphone, and follows what the user decides. Not every browser tells. */
export async function showPermission(place: HTMLElement): Promise<void> {
  let permission: PermissionStatus;
  try {
    permission = await navigator.permissions.query({ name: 'microphone' });
  } catch {
    place.textContent = 'known to the browser only';
    return;
  }
  const show = (): void => {
    place.textContent = PERMISSIONS[permission.state];
  };
  permission.addEventListener('change', show);
  show();
}
