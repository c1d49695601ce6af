import { readFileSync } from 'node:fs';
import type { DefaultTheme, UserConfig } from 'vitepress';

const page = (text: string, link: string): DefaultTheme.SidebarItem => ({ text, link });

const { exports } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  exports: Record<string, string | { types?: string }>;
};
/** A page of the API reference for each entry of the package that has types. */
const entries = Object.entries(exports)
  .filter(([, target]) => typeof target !== 'string')
  .map(([name]) => name.replace('.', 'bargein'))
  .map((name) => page(name, `/api/${name}/`));

const sidebar: DefaultTheme.SidebarItem[] = [
  {
    text: 'Quick starts',
    items: [
      page('All of them', '/quick-starts/'),
      page('Browser, WebSocket', '/quick-starts/browser-websocket'),
      page('Browser, WebRTC', '/quick-starts/browser-webrtc'),
      page('Node', '/quick-starts/node'),
      page('Twilio', '/quick-starts/twilio'),
      page('SIP', '/quick-starts/sip'),
      page('Custom transport', '/quick-starts/custom-transport'),
      page('Audio core', '/quick-starts/audio-core'),
      page('Self-hosted endpoint', '/quick-starts/self-hosted'),
    ],
  },
  {
    text: 'Concepts',
    items: [
      page('Two cores', '/concepts/two-cores'),
      page('What was heard', '/concepts/what-was-heard'),
      page('Interruption', '/concepts/interruption'),
      page('Jitter and playout', '/concepts/jitter-and-playout'),
      page('Guardrails', '/concepts/guardrails'),
      page('Reconnect and journal', '/reconnect'),
      page('Real-time rules', '/concepts/real-time-rules'),
    ],
  },
  {
    text: 'Guides',
    items: [
      page('Session features', '/session-features'),
      page('Browser', '/browser'),
      page('Telephone calls', '/telephony'),
      page('Gateway', '/gateway'),
      page('Capacity', '/capacity'),
      page('Fleet', '/fleet'),
      page('Transports', '/transports'),
      page('Audio', '/audio'),
      page('Codec worklet', '/codec-worklet'),
      page('Local server', '/server'),
      page('Console', '/console'),
      page('Testing', '/testing'),
      page('Deployment', '/deployment'),
      page('Security', '/security'),
      page('Migration', '/migration'),
    ],
  },
  {
    text: 'Reference',
    items: [
      { ...page('API', '/api/'), items: entries, collapsed: true },
      page('Command line', '/cli'),
      page('Events', '/events'),
      page('Errors', '/errors'),
      page('Benches', '/bench'),
      page('Beside agents-realtime', '/compat'),
    ],
  },
];

/** Anchors as GitHub makes them, so that a link works in both places. */
function slugify(heading: string): string {
  return heading
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');
}

export default {
  title: 'bargein',
  description: 'Realtime voice for TypeScript in which the model never believes you heard what you did not.',
  // The pictures follow the system's colours, so the pages do.
  appearance: 'force-auto',
  // Files of the repository, which are beside the pages.
  ignoreDeadLinks: [/^\.\.\/bench\/results/],
  rewrites: (path) => path.replace(/^(api\/(?:.*\/)?)README\.md$/, '$1index.md'),
  markdown: { anchor: { slugify } },
  themeConfig: { sidebar, search: { provider: 'local' }, outline: [2, 3] },
} satisfies UserConfig<DefaultTheme.Config>;
