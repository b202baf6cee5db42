package multimodal.inference.admission;

import java.time.Duration;
import multimodal.inference.error.ErrorKind;
import multimodal.inference.repository.ModelId;

/** Hears of every decision at the door, for telemetry. Must be quick, thread-safe and not throw. */
public interface AdmissionListener {

    /** Hears nothing. */
    AdmissionListener NONE = new AdmissionListener() {};

    /** A permit was handed out. */
    default void admitted(ModelId model, long cost) {}

    /** A permit was given back. Once for each {@link #admitted}. */
    default void released(ModelId model, long cost) {}

    /** The caller of a request can have the first part of its result. At most once for each {@link #admitted} and kind. */
    default void firstOutput(ModelId model, FirstOutput kind, Duration sinceAdmission) {}

    /** A request was turned away. */
    default void refused(ModelId model, ErrorKind reason) {}
}
