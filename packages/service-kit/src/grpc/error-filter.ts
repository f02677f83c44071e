import { Catch, type RpcExceptionFilter } from '@nestjs/common';
import { throwError, type Observable } from 'rxjs';

/**
 * Hands every error on as it is, to be translated once, by the transport.
 * Nest's own filter would turn all of ours into "Internal server error".
 */
@Catch()
export class ErrorFilter implements RpcExceptionFilter {
  catch(error: unknown): Observable<never> {
    return throwError(() => error);
  }
}
