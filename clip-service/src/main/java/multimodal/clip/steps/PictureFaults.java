package multimodal.clip.steps;

import java.util.List;
import java.util.stream.Collectors;

/** Every picture of a request that cannot be read. */
public final class PictureFaults extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** What is wrong with the picture in {@code field}: what was found and what is expected. */
    public record Fault(String field, String found, String expected) {}

    private final transient List<Fault> faults;

    public PictureFaults(List<Fault> faults) {
        super(faults.stream().map(Fault::toString).collect(Collectors.joining("; ")));
        this.faults = List.copyOf(faults);
    }

    /** At least one, in the order of the request. */
    public List<Fault> faults() {
        return faults;
    }
}
