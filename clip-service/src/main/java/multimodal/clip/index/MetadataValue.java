package multimodal.clip.index;

/** What an image's metadata has under one key. */
public sealed interface MetadataValue {

    /** @param value without the character U+0000 */
    record Text(String value) implements MetadataValue {}

    /** @param value finite; zero has no sign */
    record Number(double value) implements MetadataValue {
        public Number {
            value += 0.0;
        }
    }

    /** Yes or no. */
    record Flag(boolean value) implements MetadataValue {}
}
