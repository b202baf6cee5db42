package multimodal.clip.pipeline;

import java.util.ArrayList;
import java.util.List;
import multimodal.clip.steps.PictureEncoder;
import multimodal.clip.steps.PictureFile;
import multimodal.clip.steps.RowScatter;
import multimodal.clip.steps.TextEncoder;
import multimodal.clip.steps.TextTokens;
import multimodal.inference.admission.Cost;
import multimodal.inference.admission.Permit;
import multimodal.inference.decoding.Tokenizer;
import multimodal.inference.lifecycle.ModelHandle;
import multimodal.inference.repository.TokenizerSpec;
import multimodal.inference.tensor.Tensor;

/** Texts and pictures in any mixture to points of one space. Thread-safe. */
public final class ContentEncoder {

    /**
     * Contents as points.
     *
     * @param embeddings float32 (contents, dimension), L2-normalised, in the order of the contents
     * @param cutTexts texts that were too long
     */
    record Encoded(Tensor embeddings, List<CutText> cutTexts) {}

    private final TextEncoder texts;
    private final PictureEncoder pictures;

    public ContentEncoder(TextEncoder texts, PictureEncoder pictures) {
        this.texts = texts;
        this.pictures = pictures;
    }

    /** What it takes of each network that is needed. */
    static Cost cost(List<? extends Content> contents) {
        int pictures = (int)
                contents.stream().filter(Content.Picture.class::isInstance).count();
        int texts = contents.size() - pictures;
        if (pictures == 0) {
            return TextEncoder.cost(texts);
        }
        return texts == 0
                ? PictureEncoder.cost(pictures)
                : PictureEncoder.cost(pictures).and(TextEncoder.cost(texts));
    }

    Encoded encode(ModelHandle model, Permit permit, List<? extends Content> contents) {
        List<Integer> textPlaces = new ArrayList<>();
        List<Content.Text> textContents = new ArrayList<>();
        List<Integer> picturePlaces = new ArrayList<>();
        List<PictureFile> files = new ArrayList<>();
        for (int place = 0; place < contents.size(); place++) {
            Content content = contents.get(place);
            if (content instanceof Content.Text text) {
                textPlaces.add(place);
                textContents.add(text);
            } else if (content instanceof Content.Picture picture) {
                picturePlaces.add(place);
                files.add(picture.file());
            }
        }
        RowScatter embeddings = new RowScatter(contents.size());
        if (!files.isEmpty()) {
            embeddings.put(picturePlaces, pictures.encode(model, permit, files));
        }
        List<CutText> cutTexts = new ArrayList<>();
        if (!textContents.isEmpty()) {
            embeddings.put(textPlaces, texts.encode(model, permit, tokens(model, textContents, cutTexts)));
        }
        return new Encoded(embeddings.toTensor(), cutTexts);
    }

    private static List<TextTokens> tokens(ModelHandle model, List<Content.Text> texts, List<CutText> cutTexts) {
        Tokenizer tokenizer = model.tokenizer();
        TokenizerSpec spec = model.manifest().tokenizer().orElseThrow();
        List<TextTokens> all = new ArrayList<>();
        for (Content.Text text : texts) {
            TextTokens tokens = TextTokens.framed(tokenizer, spec, text.value());
            cutTexts.addAll(CutText.of(text.field(), tokens));
            all.add(tokens);
        }
        return all;
    }
}
