import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { runBuildCommand } from './build-command.ts';
import type { Report } from './report.ts';
import { mendTestServer, testServerMends } from './test-server-mend.ts';

export interface Assembly {
  /** Of the server, for example "1.38.0". */
  readonly version: string;
  readonly folder: string;
  readonly maven: string;
  readonly java: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly report: Report;
}

const compilerVersion = '3.40.0';
const title = 'Making the time-skipping test server';

/**
 * Makes the time-skipping server of Maven's packages: its libraries in `lib`, and in `mended` the classes that
 * are compiled anew from their source (see `testServerMends`). The compiler is a package too, so that Java is enough.
 */
export async function assembleTestServer(assembly: Assembly): Promise<void> {
  const { folder, maven, java, environment, report } = assembly;
  const run = (command: string, commandArguments: readonly string[]): Promise<void> =>
    runBuildCommand({ title, command, arguments: commandArguments, environment, report });
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'pom.xml'), pomOf(assembly));
  await run(maven, ['--batch-mode', '--quiet', `--file=${join(folder, 'pom.xml')}`, 'generate-resources']);
  const sources = testServerMends.map(({ file }) => join(folder, 'source', file));
  for (const mend of testServerMends) {
    const source = join(folder, 'source', mend.file);
    await writeFile(source, mendTestServer(mend, await readFile(source, 'utf8')));
  }
  const libraries = (await readdir(join(folder, 'lib'))).map((name) => join(folder, 'lib', name));
  const options = [
    '--release',
    '11',
    '-nowarn',
    '-cp',
    libraries.join(delimiter),
    '-d',
    join(folder, 'mended'),
  ];
  const compiler = join(folder, 'compiler', `ecj-${compilerVersion}.jar`);
  await run(java, ['-jar', compiler, ...options, ...sources]);
}

/** What runs the assembled server, in the words of a shell, with its folder in `$here`. */
export const assembledTestServer =
  '"${JAVA_HOME:+$JAVA_HOME/bin/}java" -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xmx512m ' +
  '-cp "$here/mended:$here/lib/*" io.temporal.testserver.TestServer';

function pomOf({ version }: Assembly): string {
  const server = `<groupId>io.temporal</groupId><artifactId>temporal-test-server</artifactId><version>${version}</version>`;
  const compiler = `<groupId>org.eclipse.jdt</groupId><artifactId>ecj</artifactId><version>${compilerVersion}</version>`;
  const execution = (goal: string, configuration: string): string => `
          <execution>
            <id>${goal}</id>
            <phase>generate-resources</phase>
            <goals><goal>${goal}</goal></goals>
            <configuration>${configuration}</configuration>
          </execution>`;
  return `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>atlas-export-worker</groupId>
  <artifactId>time-skipping-server</artifactId>
  <version>1</version>
  <packaging>pom</packaging>
  <dependencies>
    <dependency>${server}</dependency>
  </dependencies>
  <build>
    <plugins>
      <plugin>
        <groupId>org.apache.maven.plugins</groupId>
        <artifactId>maven-dependency-plugin</artifactId>
        <version>3.8.1</version>
        <executions>${execution(
          'copy-dependencies',
          '<includeScope>runtime</includeScope><outputDirectory>lib</outputDirectory>',
        )}${execution(
          'unpack',
          `<artifactItems><artifactItem>${server}<classifier>sources</classifier><includes>${testServerMends.map(({ file }) => file).join(',')}</includes></artifactItem></artifactItems><outputDirectory>source</outputDirectory>`,
        )}${execution(
          'copy',
          `<artifactItems><artifactItem>${compiler}</artifactItem></artifactItems><outputDirectory>compiler</outputDirectory>`,
        )}
        </executions>
      </plugin>
    </plugins>
  </build>
</project>
`;
}
