package multimodal.inference.lifecycle;

import java.util.concurrent.CompletableFuture;

/**
 * What becomes of the wish to load or to unload a model.
 *
 * @param end when the change is over; has failed if the model could not be loaded
 * @param course what the one who wishes has to do
 */
record ModelChange(CompletableFuture<Void> end, Course course) {

    /** What is to be done. */
    enum Course {
        /** The change has begun: carry it out. */
        BEGUN,
        /** Nothing, but to wait for the end: it is done already, or somebody else is about it. */
        UNDER_WAY,
        /** Wait for the end of the opposite change, and wish again. */
        AFTER_ANOTHER
    }
}
