package multimodal.inference.telemetry;

/**
 * The names of the metrics and of their tags. Times are in seconds. Prometheus writes dots as underscores and adds the unit
 * and {@code _total}.
 */
public final class MetricNames {

    /** Gauge: rows that wait for a batch. Tags {@link #MODEL}, {@link #ARTIFACT}. */
    public static final String QUEUE_DEPTH = "inference.queue.depth";

    /** Gauge: cost units that are admitted and not given back. Tag {@link #MODEL}. */
    public static final String ADMITTED_COST = "inference.admitted.cost";

    /** Gauge: permits that are out. Tag {@link #MODEL}. */
    public static final String ADMITTED_REQUESTS = "inference.admitted.requests";

    /** Timer: from a request's first submission until its batch was formed. Tags {@link #MODEL}, {@link #ARTIFACT}. */
    public static final String QUEUE_TIME = "inference.queue.time";

    /** Timer: from the submission of a loop's later step until its batch was formed. Tags as {@link #QUEUE_TIME}. */
    public static final String BATCH_TIME = "inference.batch.time";

    /** Summary: rows in a batch, padding left out. Tags {@link #MODEL}, {@link #ARTIFACT}, {@link #PHASE}. */
    public static final String BATCH_ROWS = "inference.batch.rows";

    /** Gauge: rows in a call at the most, as calibration or the fixed size decided. Tags {@link #MODEL}, {@link #ARTIFACT}. */
    public static final String BATCH_LIMIT = "inference.batch.limit";

    /** Gauge: engine calls that may run side by side. Tags {@link #MODEL}, {@link #ARTIFACT}. */
    public static final String BATCH_CALLS = "inference.batch.calls";

    /** Gauge: the time of one call at warm-up. Tags {@link #MODEL}, {@link #ARTIFACT}, {@link #ROWS}. */
    public static final String CALIBRATION_TIME = "inference.calibration.time";

    /** Timer: one engine call. Tags {@link #MODEL}, {@link #ARTIFACT}, {@link #PHASE}, {@link #OUTCOME}. */
    public static final String ENGINE_TIME = "inference.engine.time";

    /**
     * Counter: rows that went through the engine; of the phase {@code decode} they are tokens. Tags {@link #MODEL}, {@link
     * #ARTIFACT}, {@link #PHASE}.
     */
    public static final String ENGINE_ROWS = "inference.engine.rows";

    /**
     * Counter: rows that were run although their caller had gone when the batch was formed: work for nobody, which stays 0. Tags {@link
     * #MODEL}, {@link #ARTIFACT}.
     */
    public static final String ORPHANED_ROWS = "inference.engine.orphaned.rows";

    /** Timer: from a request's admission until its first preview, for requests that ask for previews. Tag {@link #MODEL}. */
    public static final String FIRST_PREVIEW_TIME = "inference.first.preview.time";

    /** Timer: from a request's admission until its first token can be sent, for requests that make text. Tag {@link #MODEL}. */
    public static final String FIRST_TOKEN_TIME = "inference.first.token.time";

    /** Counter: requests that were refused or dropped. Tags {@link #MODEL}, {@link #REASON}. */
    public static final String REFUSALS = "inference.refusals";

    /** Gauge: 1 while the model is in the state, else 0. Tags {@link #MODEL}, {@link #STATE}. */
    public static final String MODEL_STATE = "inference.model.state";

    /** Counter: models that were loaded, or did not load. Tags {@link #MODEL}, {@link #OUTCOME}. */
    public static final String MODEL_LOADS = "inference.model.loads";

    /** Name and version, e.g. {@code sticker-clip/1}. */
    public static final String MODEL = "model";

    /** The network, e.g. {@code unet}. */
    public static final String ARTIFACT = "artifact";

    /** Rows of the call. */
    public static final String ROWS = "rows";

    /** The {@code Phase} in lower case: {@code single_shot}, {@code step}, {@code prefill} or {@code decode}. */
    public static final String PHASE = "phase";

    /** {@code ok} or {@code failed}. */
    public static final String OUTCOME = "outcome";

    /** The {@code ErrorKind} in lower case. */
    public static final String REASON = "reason";

    /** The {@code ModelState} in lower case. */
    public static final String STATE = "state";

    private MetricNames() {}
}
