package multimodal.clip.rpc;

import com.google.common.primitives.Floats;
import java.nio.charset.StandardCharsets;
import multimodal.clip.pipeline.Fusion;
import multimodal.clip.steps.TextTokens.Span;
import multimodal.clip.v1.FuseModalitiesRequest;
import multimodal.clip.v1.FuseModalitiesResponse;
import multimodal.clip.v1.FusedToken;
import multimodal.clip.v1.PatchGrid;

/** What a text found in a picture, as a message. */
final class FusionResponses {

    private FusionResponses() {}

    static FuseModalitiesResponse fusion(FuseModalitiesRequest request, Fusion fusion, Call call) {
        FuseModalitiesResponse.Builder response = FuseModalitiesResponse.newBuilder()
                .setMatchScore(fusion.matchScore())
                .setPatchGrid(PatchGrid.newBuilder()
                        .setHeight(fusion.grid().height())
                        .setWidth(fusion.grid().width()))
                .setInfo(Infos.render(fusion.info(), call));
        for (int index = 0; index < fusion.spans().size(); index++) {
            FusedToken.Builder token = token(request.getText(), fusion.spans().get(index));
            if (request.getIncludeStates()) {
                token.addAllState(Floats.asList(fusion.states().row(index).floats()));
            }
            if (request.getIncludeAttention()) {
                token.addAllAttention(
                        Floats.asList(fusion.attention().row(index).floats()));
            }
            response.addTokens(token);
        }
        return response.build();
    }

    private static FusedToken.Builder token(String text, Span span) {
        String piece = text.substring(span.start(), span.end());
        int start = utf8Length(text.substring(0, span.start()));
        return FusedToken.newBuilder().setText(piece).setStartByte(start).setEndByte(start + utf8Length(piece));
    }

    private static int utf8Length(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }
}
