import { callbackify } from 'node:util';
import { Client, OperatorService, WorkflowService, type ConnectionLike } from '@temporalio/client';
import protobuf, { type RPCImpl } from 'protobufjs';

/** What the server answers to a call, as the fields of its message; it throws for a call that fails. */
export type Answer = () => object | Promise<object>;

/**
 * Stands in for the Temporal server that an activity asks. The client, its services and the messages are the real
 * ones; what lies behind the wire is the test's.
 */
export class StandInTemporal {
  /** By the name of the call, such as `DescribeWorkflowExecution`. A call that is not here fails. */
  readonly answers = new Map<string, Answer>();
  /** Names of the calls that were made. */
  readonly calls: string[] = [];
  readonly client: Client;

  constructor() {
    const connection: ConnectionLike = {
      workflowService: WorkflowService.create(this.carry),
      operatorService: OperatorService.create(this.carry),
      plugins: [],
      close: () => Promise.resolve(),
      ensureConnected: () => Promise.resolve(),
      withDeadline: (_deadline, call) => call(),
      withMetadata: (_metadata, call) => call(),
      withAbortSignal: (_signal, call) => call(),
    };
    this.client = new Client({ connection });
  }

  private readonly carry: RPCImpl = (method, _request, callback) => {
    callbackify(() => this.answer(method))(callback);
  };

  private async answer(method: Parameters<RPCImpl>[0]): Promise<Uint8Array> {
    if (!(method instanceof protobuf.Method)) throw new Error('a call without a description of its messages');
    this.calls.push(method.name);
    const answer = this.answers.get(method.name);
    method.resolve();
    const type = method.resolvedResponseType;
    if (answer === undefined || type === null) throw new Error(`nobody answers ${method.name}`);
    return type.encode(type.fromObject(await answer())).finish();
  }
}
