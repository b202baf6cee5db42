package multimodal.inference.config;

import io.smallrye.config.WithDefault;
import java.time.Duration;

/** How requests share engine calls; under {@code inference.batching}. */
public interface BatchingConfig {

    /**
     * Rows in one engine call at the most, at least 1; the manifest's {@code max_batch} and calibration may say less. 1 runs
     * everything alone; large batches raise throughput on a GPU and the latency of everyone in them.
     */
    @WithDefault("16")
    int maxRows();

    /**
     * Rows of every call of an engine whose results depend on the batch size in the last bits (PyTorch on a CPU), at least 1;
     * empty places are filled with copies. 1 never wastes a place and never shares a call; more does both. Another number
     * gives results that differ in the last bits.
     */
    @WithDefault("4")
    int fixedRows();

    /**
     * How long a single-shot request waits for company, 0 or more. At 0 it shares a call only with those that came while the
     * engine was busy; longer delays add to every request's time when there is little to do.
     */
    @WithDefault("PT0S")
    Duration maxDelay();

    /**
     * How long the rows of a loop wait for one that is late with its next step, 0 or more. At 0 rows fall out of step and
     * share fewer calls; long waits let a slow row hold up the others.
     */
    @WithDefault("PT0.002S")
    Duration maxWait();

    /**
     * Rows that one artifact may have waiting or running, and loops it may have open; at least 1. A second line behind
     * admission, whose budget is the one to set: what is beyond is refused.
     */
    @WithDefault("1024")
    int maxQueued();
}
