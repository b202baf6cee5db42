package multimodal.clip.index;

import java.time.Duration;
import multimodal.inference.error.ErrorKind;
import multimodal.inference.error.InferenceException;

/** What every index refuses, in the same words. */
final class IndexFaults {

    /** Room appears when somebody drops a collection, which nobody can foresee. */
    private static final Duration NO_ROOM_DELAY = Duration.ofMinutes(1);

    private IndexFaults() {}

    /** Refuses points of another space than {@code found}. */
    static void requireSame(String collection, VectorSpace found, VectorSpace given) {
        if (!found.equals(given)) {
            throw InferenceException.invalid(
                    "model",
                    "%s, %d coordinates".formatted(given.model(), given.dimension()),
                    "%s, %d coordinates, as collection %s has them"
                            .formatted(found.model(), found.dimension(), collection));
        }
    }

    static InferenceException full() {
        return InferenceException.overloaded(
                "there are %d collections, and there may be no more".formatted(ImageIndex.MAX_COLLECTIONS),
                NO_ROOM_DELAY);
    }

    /** The cause stands in the log; the caller learns what can be done. */
    static InferenceException unavailable(String message, Throwable cause) {
        System.getLogger(ImageIndex.class.getName()).log(System.Logger.Level.ERROR, message, cause);
        return new InferenceException(ErrorKind.UNAVAILABLE, message, cause);
    }
}
