package multimodal.clip.rpc;

import java.time.Duration;
import multimodal.inference.batching.RequestContext;

/**
 * One call that is being answered.
 *
 * @param context what of its caller the work carries along
 * @param arrivedNanos {@link System#nanoTime()} of its arrival
 */
record Call(RequestContext context, long arrivedNanos) {

    /** Time since the call arrived. */
    Duration elapsed() {
        return Duration.ofNanos(System.nanoTime() - arrivedNanos);
    }
}
