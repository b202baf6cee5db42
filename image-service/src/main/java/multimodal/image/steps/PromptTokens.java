package multimodal.image.steps;

import java.util.Arrays;
import java.util.List;
import multimodal.inference.decoding.Tokenizer;
import multimodal.inference.decoding.Tokenizer.Encoding;
import multimodal.inference.repository.TokenizerSpec;
import multimodal.inference.tensor.Tensor;

/**
 * A prompt as the ids that a text encoder reads: cut or padded to the model's length.
 *
 * @param ids exactly as many as the model reads, special tokens included
 * @param droppedWords the words beyond the model's length, in their order; usually empty
 */
public record PromptTokens(long[] ids, List<String> droppedWords) {

    /**
     * Tokenizes {@code text}. A cut prompt keeps its beginning and ends in {@code eos}, as transformers truncates.
     *
     * @param spec the model's length and special tokens
     */
    public static PromptTokens of(Tokenizer tokenizer, TokenizerSpec spec, String text) {
        Encoding encoding = tokenizer.encode(text);
        int length = spec.maxLength();
        long[] ids = new long[length];
        Arrays.fill(ids, spec.padId());
        int count = Math.min(length, encoding.ids().size());
        for (int i = 0; i < count; i++) {
            ids[i] = encoding.ids().get(i);
        }
        if (encoding.ids().size() <= length) {
            return new PromptTokens(ids, List.of());
        }
        ids[length - 1] = spec.eosId();
        int firstDropped = encoding.starts().get(length - 1);
        return new PromptTokens(ids, words(text.substring(firstDropped)));
    }

    /** Which tokens are read: float32 (1, tokens), one up to and with the first {@code end}, zero on what pads. */
    Tensor mask(long end) {
        float[] mask = new float[ids.length];
        boolean isRead = true;
        for (int i = 0; isRead && i < ids.length; i++) {
            mask[i] = 1;
            isRead = ids[i] != end;
        }
        return Tensor.of(mask, 1, mask.length);
    }

    private static List<String> words(String text) {
        return text.isBlank() ? List.of() : List.of(text.strip().split("\\s+"));
    }
}
