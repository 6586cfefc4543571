/** The rules that lint does not hold, as pure functions over one file's text. */

/** A file of the project, as the rules see it. */
export interface ProjectFile {
  /** From the project's root, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

export interface RepositoryRule {
  /** What every file must keep to, as a sentence. */
  readonly says: string;
  readonly appliesTo: (path: string) => boolean;
  /** What is wrong, each with its line where there is one; empty when nothing is. */
  readonly problems: (text: string) => string[];
  /** Texts that the rule must find fault with, and one that it must not. */
  readonly rejects: readonly string[];
  readonly accepts: string;
}

const LINES_MAX = 500;
/** Recorded, generated or published: nobody reads these from top to bottom. */
const isData = (path: string): boolean =>
  (path.endsWith('.json') && path !== '.oxlintrc.json') || path === 'docs/cli.md';

// Put together here, so that this file does not break the rules that it holds.
const joined = (...parts: readonly string[]): string => parts.join('');
const MARKERS = [joined('TO', 'DO'), joined('FIX', 'ME'), joined('XX', 'X'), joined('HA', 'CK')];
const RUNNER_MODES = [joined('on', 'ly'), joined('sk', 'ip'), joined('to', 'do')].join('|');
const REGISTRY_HOSTS = [
  ['npmjs', 'org'],
  ['npmjs', 'com'],
  ['yarnpkg', 'com'],
  ['proxy', 'golang', 'org'],
  ['sum', 'golang', 'org'],
  ['repo1', 'maven', 'org'],
  ['repo', 'maven', 'apache', 'org'],
  ['pypi', 'org'],
  ['deb', 'debian', 'org'],
  ['docker', 'io'],
  ['ghcr', 'io'],
  ['quay', 'io'],
].map((labels) => labels.join('\\.'));
const REGISTRY_LIKE = String.raw`https?://[\w.-]*(?:registry|artifactory|nexus|mirror)[\w-]*[.:/]`;
const HOME_FOLDERS = ['root', 'work', 'Users', joined('ho', 'me'), 'workspace'].join('|');

/** Every line that matches, with its number and the match itself. */
function linesMatching(text: string, pattern: RegExp): string[] {
  return text.split('\n').flatMap((line, index) => {
    const match = pattern.exec(line);
    return match === null ? [] : [`line ${index + 1}: ${match[0].trim()}`];
  });
}

/** A Markdown document's first-level headings, those in code blocks left out. */
function titlesOf(markdown: string): string[] {
  let fence: string | undefined;
  return markdown.split('\n').filter((line) => {
    const mark = /^\s*(`{3,}|~{3,})/.exec(line)?.[1];
    if (mark !== undefined && (fence === undefined || mark.startsWith(fence))) {
      fence = fence === undefined ? mark : undefined;
    }
    return fence === undefined && /^# \S/.test(line);
  });
}

export const REPOSITORY_RULES: readonly RepositoryRule[] = [
  {
    says: `no file is longer than ${LINES_MAX} lines, but for data`,
    appliesTo: (path) => !isData(path),
    problems: (text) => {
      const count = text.replace(/\n$/, '').split('\n').length;
      return count > LINES_MAX ? [`${count} lines`] : [];
    },
    rejects: ['line\n'.repeat(LINES_MAX + 1)],
    accepts: 'line\n'.repeat(LINES_MAX),
  },
  {
    says: 'nothing is left to be done later',
    appliesTo: (path) => path !== 'package-lock.json',
    problems: (text) => linesMatching(text, new RegExp(String.raw`\b(?:${MARKERS.join('|')})\b`)),
    rejects: MARKERS.map((marker) => `// ${marker}: later`),
    accepts: '// What is to do is done.',
  },
  {
    says: 'every test is run: none is singled out and none left out',
    appliesTo: (path) => path.startsWith('test/') && path.endsWith('.ts'),
    problems: (text) =>
      linesMatching(
        text,
        new RegExp(
          String.raw`\b(?:it|test|describe|suite|context|t)\.(?:${RUNNER_MODES})\b|[{,]\s*(?:${RUNNER_MODES}):`,
        ),
      ),
    rejects: RUNNER_MODES.split('|').flatMap((mode) => [
      `test.${mode}('a title', () => {});`,
      `describe.${mode}('a title', () => {});`,
      `it('a title', { ${mode}: true }, () => {});`,
      `it('a title', (t) => t.${mode}());`,
    ]),
    accepts: "it('is the only one to skip a beat', { timeout: 1 }, () => test.after(stop));",
  },
  {
    says: 'no package registry is named: whoever installs decides where from',
    appliesTo: () => true,
    problems: (text) =>
      linesMatching(
        text,
        new RegExp(String.raw`(?<![\w-])(?:${REGISTRY_HOSTS.join('|')})(?![\w-])|${REGISTRY_LIKE}`, 'i'),
      ),
    rejects: [
      ...REGISTRY_HOSTS.map((host) => `"resolved": "https://${host.replaceAll('\\', '')}/undici"`),
      `registry=${joined('http', '://my-reg', 'istry.internal/npm')}`,
    ],
    accepts: 'omit-lockfile-registry-resolved=true, xmlns="http://maven.apache.org/POM/4.0.0"',
  },
  {
    says: 'no folder of the machine it was written on is named',
    appliesTo: () => true,
    problems: (text) =>
      linesMatching(
        text,
        new RegExp(String.raw`(?<![\w./{}*~-])(?:file://)?/(?:${HOME_FOLDERS})/[\w.-]+|\b[A-Z]:\\+Users\b`),
      ),
    rejects: [
      ...HOME_FOLDERS.split('|').map((folder) => `at (/${folder}/somebody/src/index.ts:1:1)`),
      joined('file:', '///', 'work/main/src/index.ts'),
      joined('C:', '\\', 'Users'),
    ],
    accepts: "import { work } from './work/index.ts'; // /api/atlas, ~/.cache, /usr/local/bin",
  },
  {
    says: 'a Markdown document has one title, which is its first line',
    appliesTo: (path) => path.endsWith('.md'),
    problems: (text) => {
      const titles = titlesOf(text);
      if (titles.length !== 1) return [`${titles.length} titles: ${titles.join(' | ')}`];
      return text.startsWith('# ') ? [] : ['the title is not the first line'];
    },
    rejects: ['no title\n', '# One\n\n# Two\n', 'Text.\n\n# Title\n', '```sh\n# a comment\n```\n'],
    accepts: '# Title\n\n```sh\n# a comment\n```\n\n## Section\n',
  },
];

/** What a rule finds in a file; empty where it does not apply. */
export function problemsOf(rule: RepositoryRule, file: ProjectFile): string[] {
  return rule.appliesTo(file.path) ? rule.problems(file.text).map((what) => `${file.path}: ${what}`) : [];
}

/** Whether a version is one version and no range. */
export function isExactVersion(version: string): boolean {
  return /^\d+\.\d+\.\d+(?:-[\w.-]+)?$/.test(version);
}

/** The packages that the table under "Dependencies" of a document gives a reason for. */
export function packagesExplained(document: string): Set<string> {
  const [, section = ''] = document.split(/^## Dependencies$/m);
  const rows = section.split(/^## /m, 1).join('').split('\n');
  return new Set(
    rows.flatMap((row) => {
      const [, names = '', why = ''] = row.split('|');
      return why.trim() === '' ? [] : Array.from(names.matchAll(/`([^`]+)`/g), ([, name = '']) => name);
    }),
  );
}
