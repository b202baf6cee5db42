package multimodal.clip.index;

import java.util.List;
import java.util.Set;

/** Says which pictures are meant. One that lacks a key, or has a value of another type there, does not match what is said of it. */
public sealed interface ImageFilter {

    /** One of these ids. */
    record Ids(Set<String> ids) implements ImageFilter {
        public Ids {
            ids = Set.copyOf(ids);
        }
    }

    /** The key has one of these values; 1 or more. */
    record In(String key, Set<MetadataValue> values) implements ImageFilter {
        public In {
            values = Set.copyOf(values);
        }
    }

    /** The key has a number from {@code min} to {@code max}, both included; infinite where there is no bound. */
    record Range(String key, double min, double max) implements ImageFilter {}

    /** Every one of {@code filters}, 1 or more. */
    record AllOf(List<ImageFilter> filters) implements ImageFilter {
        public AllOf {
            filters = List.copyOf(filters);
        }
    }

    /** At least one of {@code filters}, 1 or more. */
    record AnyOf(List<ImageFilter> filters) implements ImageFilter {
        public AnyOf {
            filters = List.copyOf(filters);
        }
    }

    /** What {@code filter} does not match. */
    record Not(ImageFilter filter) implements ImageFilter {}
}
