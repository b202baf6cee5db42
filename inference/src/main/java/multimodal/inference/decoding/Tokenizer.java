package multimodal.inference.decoding;

import java.util.List;

/** Text to token ids and back, as the checkpoint's {@code tokenizer.json} says. Thread-safe. */
public interface Tokenizer {

    /**
     * A text as ids.
     *
     * @param ids with the special tokens that the post-processor adds, not padded, not cut
     * @param starts for each id the offset of its first character in the text (UTF-16), -1 for special tokens
     * @param ends for each id the offset after its last character in the text, -1 for special tokens
     */
    record Encoding(List<Long> ids, List<Integer> starts, List<Integer> ends) {

        public Encoding {
            ids = List.copyOf(ids);
            starts = List.copyOf(starts);
            ends = List.copyOf(ends);
        }
    }

    /** Encodes {@code text}; never fails, unknown characters become byte tokens. */
    Encoding encode(String text);

    /** Decodes ids, special tokens left out. A sequence that ends inside a UTF-8 character ends in U+FFFD. */
    String decode(List<Long> ids);
}
