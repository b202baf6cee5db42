package multimodal.clip.steps;

import java.util.List;
import java.util.stream.IntStream;

/** Cuts long lists into what one engine call may take. */
final class Chunks {

    private Chunks() {}

    /** {@code items} in consecutive parts of {@code size}; only the last may be shorter. */
    static <T> List<List<T>> of(List<T> items, int size) {
        return IntStream.iterate(0, start -> start < items.size(), start -> start + size)
                .mapToObj(start -> items.subList(start, Math.min(items.size(), start + size)))
                .toList();
    }
}
