import { type Finding, fine, type Surroundings } from './finding.ts';

/** What kind of key there is; the key itself is never part of a finding. */
export function keyFinding({ environment }: Surroundings): Finding {
  const { OPENAI_API_KEY: key = '' } = environment;
  const finding = (verdict: Finding['verdict'], found: string, advice: string): Finding => ({
    subject: 'key',
    verdict,
    found,
    advice,
  });
  if (key === '') return fine('key', 'no OPENAI_API_KEY; the local server needs none');
  if (/["'\s]/.test(key)) {
    return finding('problem', 'OPENAI_API_KEY has blanks or quotes in it', 'set it again without them');
  }
  if (key.startsWith('sk-')) return fine('key', 'OPENAI_API_KEY is a secret key (sk-…): keep it on the server');
  if (key.startsWith('ek_')) {
    const advice = 'it expires within minutes and is for one browser; set the secret key (sk-…) that mints such keys';
    return finding('warning', 'OPENAI_API_KEY is an ephemeral key (ek_…)', advice);
  }
  return finding(
    'problem',
    'OPENAI_API_KEY is neither sk-… nor ek_…',
    'copy it again from platform.openai.com/api-keys',
  );
}
