package multimodal.clip.rpc;

import static multimodal.clip.rpc.ContractRequests.image;
import static multimodal.clip.rpc.ContractRequests.soundImage;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.grpc.MethodDescriptor;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.util.List;
import multimodal.clip.testing.FakeModel;
import multimodal.clip.testing.TestPictures;
import multimodal.clip.testing.TinyModels;
import multimodal.clip.v1.FuseModalitiesRequest;
import multimodal.clip.v1.FuseModalitiesResponse;
import multimodal.clip.v1.FusedToken;
import multimodal.clip.v1.PatchGrid;
import multimodal.clip.v1.VisionLanguageServiceGrpc;
import multimodal.common.v1.ModelRef;
import org.junit.jupiter.api.Test;

@QuarkusTest
@TestProfile(ContractProfile.class)
class FuseModalitiesContractTest extends RpcContract<FuseModalitiesRequest, FuseModalitiesResponse> {

    @Override
    MethodDescriptor<FuseModalitiesRequest, FuseModalitiesResponse> method() {
        return VisionLanguageServiceGrpc.getFuseModalitiesMethod();
    }

    @Override
    FuseModalitiesRequest soundRequest() {
        return FuseModalitiesRequest.newBuilder()
                .setImage(soundImage())
                .setText("a 猫")
                .build();
    }

    @Override
    FuseModalitiesRequest soundRequestTo(ModelRef model) {
        return soundRequest().toBuilder().setModel(model).build();
    }

    @Override
    FakeModel model() {
        return models.matching();
    }

    @Test
    void scoreAndTokensComeAlwaysStatesAndAttentionWhenAskedFor() {
        FuseModalitiesResponse plain = call(soundRequest()).get(0);
        FuseModalitiesResponse whole = call(soundRequest().toBuilder()
                        .setIncludeStates(true)
                        .setIncludeAttention(true)
                        .build())
                .get(0);

        assertThat(plain.getMatchScore()).isCloseTo(TinyModels.MATCH, within(1e-6));
        assertThat(plain.getPatchGrid())
                .isEqualTo(PatchGrid.newBuilder().setHeight(2).setWidth(1).build());
        assertThat(plain.getInfo().getModel().getName()).isEqualTo("tiny-fusion");
        assertThat(plain.getTokensList())
                .allMatch(token -> token.getStateCount() == 0 && token.getAttentionCount() == 0);
        assertThat(whole.getTokensList()).hasSameSizeAs(plain.getTokensList()).allSatisfy(token -> {
            assertThat(token.getStateList()).hasSize(1);
            assertThat(token.getAttentionList()).hasSize(2);
            assertThat(token.getAttention(0) + token.getAttention(1)).isEqualTo(1);
        });
    }

    @Test
    void tokensSayWhereTheyStandInTheBytesOfTheText() {
        FuseModalitiesResponse response = call(soundRequest()).get(0);

        assertThat(response.getTokensList().stream().map(FusedToken::getText))
                .containsExactly("", "a", " ", "猫", "猫", "猫", "");
        assertThat(response.getTokensList().stream().map(FusedToken::getStartByte))
                .containsExactly(0, 0, 1, 2, 2, 2, 5);
        assertThat(response.getTokensList().stream().map(FusedToken::getEndByte))
                .containsExactly(0, 1, 2, 5, 5, 5, 5);
    }

    @Test
    void everyFaultIsToldAtOnce() {
        assertInvalid(FuseModalitiesRequest.getDefaultInstance(), "image.data", "text");
        for (byte[] file : List.of(TestPictures.truncatedPng(), TestPictures.bomb(), TestPictures.textFile())) {
            assertInvalid(
                    FuseModalitiesRequest.newBuilder()
                            .setImage(image(file))
                            .setText("a".repeat(10_001))
                            .build(),
                    "image.data",
                    "text");
            assertInvalid(soundRequest().toBuilder().setImage(image(file)).build(), "image.data");
        }
    }

    @Test
    void longTextLosesItsEndAndIsTold() {
        FuseModalitiesResponse response = call(soundRequest().toBuilder()
                        .setText("a cat on a mat on a mat on a red mat")
                        .build())
                .get(0);

        assertThat(response.getInfo().getCutTexts(0).getField()).isEqualTo("text");
        assertThat(response.getTokensList()).hasSize(TinyModels.MAX_LENGTH);
    }
}
