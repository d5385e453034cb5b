package dev.banyan.cli.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpHeaders;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SideWatchTest {

    private final SideWatch sides = new SideWatch();
    private final SideWatch.Person person = sides.newPerson();

    private void answered(String side) {
        person.answered(person.begin(), reply(side));
    }

    private static Reply reply(String side) {
        return reply("browse", side);
    }

    private static Reply reply(String route, String side) {
        var headers = Map.of("X-Banyan-Route", List.of(route), "X-Banyan-Assigned", List.of(side));
        return new Reply(200, HttpHeaders.of(headers, (name, value) -> true), "");
    }

    @Test
    void movingToTheCandidateIsNoFlip() {
        answered("baseline");
        answered("candidate");
        answered("candidate");
        assertThat(sides.flipBacks()).isZero();
        assertThat(sides.replies()).isEqualTo(3);
    }

    @Test
    void movingBackWhileTheWeightRisesIsOneFlip() {
        answered("candidate");
        answered("baseline");
        answered("baseline");
        assertThat(sides.flipBacks()).isOne();
    }

    @Test
    void theBaselineOfAnotherRouteIsNoFlip() {
        person.answered(person.begin(), reply("product-data", "candidate"));
        person.answered(person.begin(), reply("browse", "baseline"));
        assertThat(sides.flipBacks()).isZero();
    }

    @Test
    void whoWasMovedBackByAnEditFromOutsideIsNone() {
        answered("candidate");
        answered("baseline");
        answered("candidate");
        answered("baseline");
        sides.weightFalls();
        sides.startAnew(1);
        assertThat(sides.flipBacks()).isOne();
        answered("baseline");
        assertThat(sides.flipBacks()).isOne();
        answered("candidate");
        answered("baseline");
        assertThat(sides.flipBacks()).isEqualTo(2);
    }

    @Test
    void movingBackWhenTheWeightFellIsNone() {
        answered("candidate");
        sides.weightFalls();
        answered("candidate");
        answered("baseline");
        sides.weightFell();
        answered("baseline");
        assertThat(sides.flipBacks()).isZero();
    }

    @Test
    void aRequestThatWasUnderWayWhenTheWeightFellSaysNothing() {
        answered("candidate");
        var began = person.begin();
        sides.weightFalls();
        sides.weightFell();
        person.answered(began, reply("baseline"));
        assertThat(sides.flipBacks()).isZero();
    }

    @Test
    void repliesWithoutARouteAreNotLookedAt() {
        person.answered(person.begin(), new Reply(200, HttpHeaders.of(Map.of(), (name, value) -> true), ""));
        assertThat(sides.replies()).isZero();
    }
}
