#!/usr/bin/env node
import { runCommandLine } from './run-command-line.ts';

// Connections and the native core may hold on to the process for a moment; what had to end has ended.
process.exit(await runCommandLine(process.argv.slice(2)));
