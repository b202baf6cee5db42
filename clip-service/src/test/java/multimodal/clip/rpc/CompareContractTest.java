package multimodal.clip.rpc;

import static multimodal.clip.rpc.ContractRequests.picture;
import static multimodal.clip.rpc.ContractRequests.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.grpc.MethodDescriptor;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import multimodal.clip.testing.FakeModel;
import multimodal.clip.testing.TestPictures;
import multimodal.clip.v1.ClipServiceGrpc;
import multimodal.clip.v1.CompareRequest;
import multimodal.clip.v1.CompareResponse;
import multimodal.common.v1.ModelRef;
import org.junit.jupiter.api.Test;

@QuarkusTest
@TestProfile(ContractProfile.class)
class CompareContractTest extends RpcContract<CompareRequest, CompareResponse> {

    @Override
    MethodDescriptor<CompareRequest, CompareResponse> method() {
        return ClipServiceGrpc.getCompareMethod();
    }

    @Override
    CompareRequest soundRequest() {
        return CompareRequest.newBuilder()
                .addRows(text("a cat"))
                .addColumns(picture(TestPictures.png(8, 8, 0)))
                .addColumns(text("a cat"))
                .build();
    }

    @Override
    CompareRequest soundRequestTo(ModelRef model) {
        return soundRequest().toBuilder().setModel(model).build();
    }

    @Override
    FakeModel model() {
        return models.clip();
    }

    @Test
    void sameContentHasCosineOne() {
        CompareResponse response = call(soundRequest()).get(0);

        assertThat(response.getRowsList()).hasSize(1);
        assertThat(response.getRows(0).getSimilaritiesList()).hasSize(2);
        assertThat(response.getRows(0).getSimilarities(1)).isCloseTo(1, within(1e-6f));
        assertThat(response.getLogitScale()).isEqualTo(20);
    }

    @Test
    void noRowsAndNoColumnsAreBothTold() {
        assertInvalid(CompareRequest.getDefaultInstance(), "rows", "columns");
    }
}
