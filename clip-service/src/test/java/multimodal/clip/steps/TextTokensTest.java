package multimodal.clip.steps;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import multimodal.clip.steps.TextTokens.Span;
import multimodal.clip.testing.ByteTokenizer;
import multimodal.inference.decoding.Tokenizer;
import multimodal.inference.repository.TokenizerSpec;
import org.junit.jupiter.api.Test;

class TextTokensTest {

    private static final TokenizerSpec SPEC =
            new TokenizerSpec("tokenizer.json", 12, ByteTokenizer.PAD, ByteTokenizer.BOS, ByteTokenizer.EOS);

    private final ByteTokenizer tokenizer = new ByteTokenizer();

    @Test
    void textThatFitsIsFramedAndWhole() {
        TextTokens tokens = TextTokens.framed(tokenizer, SPEC, "a red cat");

        assertThat(tokens.ids()).isEqualTo(tokenizer.encode("a red cat").ids());
        assertThat(tokens.isCut()).isFalse();
        assertThat(tokens.spans())
                .hasSize(11)
                .startsWith(new Span(0, 0), new Span(0, 1), new Span(1, 2))
                .endsWith(new Span(8, 9), new Span(9, 9));
    }

    @Test
    void longTextLosesItsEndAndKeepsItsEndToken() {
        TextTokens tokens = TextTokens.framed(tokenizer, SPEC, "a red cat on a mat");

        assertThat(tokens.ids()).hasSize(12).endsWith(ByteTokenizer.EOS);
        assertThat(tokenizer.decode(tokens.ids())).isEqualTo("a red cat ");
        assertThat(tokens.droppedWords()).containsExactly("on", "a", "mat");
        assertThat(tokens.spans()).hasSize(12).endsWith(new Span(9, 10), new Span(10, 10));
    }

    @Test
    void tokensOfOneCharacterAllStandForTheWholeCharacter() {
        TextTokens tokens = TextTokens.framed(tokenizer, SPEC, "猫s");

        assertThat(tokens.spans())
                .containsExactly(
                        new Span(0, 0), new Span(0, 1), new Span(0, 1), new Span(0, 1), new Span(1, 2), new Span(2, 2));
    }

    @Test
    void openTextHasNoEndToken() {
        List<Long> expected = new ArrayList<>(List.of(ByteTokenizer.BOS));
        expected.addAll(ByteTokenizer.idsOf("a cat"));

        TextTokens tokens = TextTokens.open(tokenizer, SPEC, "a cat", 12);

        assertThat(tokens.ids()).isEqualTo(expected);
        assertThat(tokens.isCut()).isFalse();
    }

    @Test
    void openTextBeginsWithBosOnlyWhereTheTokenizerPutsIt() {
        Tokenizer unframed = new Tokenizer() {
            @Override
            public Encoding encode(String text) {
                Encoding framed = tokenizer.encode(text);
                int end = framed.ids().size() - 1;
                return new Encoding(
                        framed.ids().subList(1, end),
                        framed.starts().subList(1, end),
                        framed.ends().subList(1, end));
            }

            @Override
            public String decode(List<Long> ids) {
                return tokenizer.decode(ids);
            }
        };

        assertThat(TextTokens.open(unframed, SPEC, "a cat", 12).ids()).isEqualTo(ByteTokenizer.idsOf("a cat"));
        assertThat(TextTokens.open(unframed, SPEC, "a cat", 4).ids()).isEqualTo(ByteTokenizer.idsOf(" cat"));
        assertThat(TextTokens.open(unframed, SPEC, "", 12).ids()).containsExactly(ByteTokenizer.BOS);
    }

    @Test
    void longOpenTextLosesItsBeginningAndKeepsItsFirstToken() {
        TextTokens tokens = TextTokens.open(tokenizer, SPEC, "once upon a time", 8);

        assertThat(tokens.ids()).hasSize(8).startsWith(ByteTokenizer.BOS);
        assertThat(tokenizer.decode(tokens.ids())).isEqualTo(" a time");
        assertThat(tokens.droppedWords()).containsExactly("once", "upon");
    }

    @Test
    void openTextThatJustFitsIsWhole() {
        assertThat(TextTokens.open(tokenizer, SPEC, "a cat", 6).isCut()).isFalse();
        assertThat(TextTokens.open(tokenizer, SPEC, "a cat", 5).droppedWords()).containsExactly("a");
    }
}
