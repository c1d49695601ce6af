import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { bitsPerCall, planFleet } from '../../bench/gateway/fleet-plan.ts';
import { simulateFleet } from '../../bench/gateway/fleet-simulation.ts';
import { fleetTables } from '../../bench/gateway/fleet-tables.ts';
import { callsPerCore, type GatewayResults, measuredTables } from '../../bench/gateway/gateway-results.ts';

const results = JSON.parse(
  readFileSync(new URL('../../bench/results/gateway.json', import.meta.url), 'utf8'),
) as GatewayResults;
const page = readFileSync(new URL('../../docs/capacity.md', import.meta.url), 'utf8');

/** What stands between two marks of the page, without what the formatter adds. */
function shown(mark: string): string[] {
  const [, rest = ''] = page.split(`<!-- ${mark}: begin -->`);
  return plain(rest.split(`<!-- ${mark}: end -->`)[0] ?? '');
}

function plain(tables: string): string[] {
  return tables
    .split('\n')
    .map((line) =>
      line
        .replaceAll(/ *\| */g, '|')
        .replaceAll(/-{2,}/g, '-')
        .trim(),
    )
    .filter((line) => line !== '');
}

describe('docs/capacity.md', () => {
  test('shows the recorded measurement', () => {
    expect(shown('measured').length).toBeGreaterThan(10);
    expect(shown('measured')).toEqual(plain(measuredTables(results)));
  });

  test('shows what the simulation says of its plans', { timeout: 60_000 }, () => {
    expect(shown('planned')).toEqual(plain(fleetTables(callsPerCore(results))));
  });
});

describe('a fleet', () => {
  test('as planned loses no call when the gateways that it can spare die at once', () => {
    const outcome = simulateFleet(planFleet(10_000, { callsPerCore: 400 }), { callsPerCore: 400 });
    expect(outcome.moved).toBeGreaterThan(500);
    expect(outcome).toMatchObject({ refused: 0, lost: 0 });
  });

  test('with fewer gateways than planned refuses calls', () => {
    const plan = planFleet(10_000, { callsPerCore: 400 });
    const outcome = simulateFleet({ ...plan, gateways: plan.gateways - 3 }, { callsPerCore: 400 });
    expect(outcome.lost).toBeGreaterThan(0);
    expect(outcome.refused).toBeGreaterThan(0);
  });

  test('needs the network that its frames need', () => {
    // 50 packets of 20 ms each way through the gateway are 2 × 50 × (216 characters + JSON + heads) at the least.
    expect(bitsPerCall()).toBeGreaterThan(2 * 50 * 216 * 8);
  });
});
