package multimodal.clip.rpc;

import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.List;
import multimodal.clip.steps.PictureFaults;
import multimodal.clip.steps.PictureFile;
import multimodal.clip.steps.PictureReader;
import multimodal.common.rpc.Violations;

/**
 * Collects every fault of one request. Pictures of a sound request are decoded once it has been admitted; here they are
 * decoded only if the request is refused anyway, so that the refusal is complete.
 */
final class RequestCheck {

    private final PictureReader reader;
    private final Violations violations = new Violations();
    private final List<PictureFile> pictures = new ArrayList<>();

    RequestCheck(PictureReader reader) {
        this.reader = reader;
    }

    Violations violations() {
        return violations;
    }

    void add(PictureFile picture) {
        pictures.add(picture);
    }

    /**
     * Ends the check.
     *
     * @throws StatusRuntimeException {@code INVALID_ARGUMENT} with every fault, if there is any
     */
    void throwIfAny() {
        if (!violations.isEmpty()) {
            addAll(violations, reader.faults(pictures));
        }
        violations.throwIfAny();
    }

    /** {@code INVALID_ARGUMENT} with every fault, for a request whose pictures turned out to be unreadable. */
    static StatusRuntimeException refusal(PictureFaults faults) {
        Violations violations = new Violations();
        addAll(violations, faults.faults());
        return violations.toException();
    }

    private static void addAll(Violations violations, List<PictureFaults.Fault> faults) {
        faults.forEach(fault -> violations.add(fault.field(), fault.found(), fault.expected()));
    }
}
