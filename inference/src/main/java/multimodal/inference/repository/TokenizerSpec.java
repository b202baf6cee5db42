package multimodal.inference.repository;

/**
 * Where the tokenizer is and how its ids are framed.
 *
 * @param file name of the {@code tokenizer.json}
 * @param maxLength ids at the most, special tokens included
 * @param padId fills up to a common length
 * @param bosId begins a sequence
 * @param eosId ends a sequence
 */
public record TokenizerSpec(String file, int maxLength, long padId, long bosId, long eosId) {}
