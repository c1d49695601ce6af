// The audio core is WebAssembly; Next writes scripts into its pages.
const POLICY = "script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval'";

export default {
  // The local Realtime server has a worker and native packages: it is loaded, not bundled.
  serverExternalPackages: ['bargein'],
  async headers() {
    // The development server evaluates what it reloads.
    if (process.env.NODE_ENV !== 'production') return [];
    return [{ source: '/:path*', headers: [{ key: 'content-security-policy', value: POLICY }] }];
  },
};
